import { randomOf } from '../test/corpus/mutants/random.ts';
import type { DumpContent } from '../test/corpus/support/corpus.ts';
import type { DumpForm } from './dump-forms.ts';
import { cut, type Harmed, turned } from './harm.ts';

/** A dump that was damaged, as a seed draws it. */
export interface Damaged {
  form: DumpForm;
  kind: 'cut short' | 'one bit turned';
  where: string;
  content: DumpContent;
}

/** The dump of a seed: a form, and a cut or a turned bit somewhere in its bytes. Pure. */
export function damagedBy(seed: number, forms: readonly DumpForm[]): Damaged {
  const random = randomOf(seed);
  const form = random.pick(forms);
  const kind = random.pick(['cut short', 'one bit turned'] as const);
  const harm = (bytes: Buffer): Harmed => (kind === 'cut short' ? cut(bytes, random) : turned(bytes, random));
  if (!(form.content instanceof Map)) {
    const { bytes, where } = harm(Buffer.from(form.content as string));
    return { form, kind, where, content: bytes };
  }
  // A byte of all of them, so that the small files of a directory do not get most of it.
  const files = [...form.content];
  let place = random.below(files.reduce((sum, [, bytes]) => sum + bytes.length, 0));
  const [name, content] = files.find(([, bytes]) => {
    place -= bytes.length;
    return place < 0;
  }) ?? ['', Buffer.alloc(0)];
  const { bytes, where } = harm(content);
  return { form, kind, where: `${where} of ${name}`, content: new Map(form.content).set(name, bytes) };
}
