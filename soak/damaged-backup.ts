import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, randomOf } from '../test/corpus/mutants/random.ts';
import type { BackupForm } from './backup-forms.ts';
import { cut, cutAt, type Harmed, turned, turnedAt, zeroedAt } from './harm.ts';
import { drawn } from './trial.ts';

/** What a drill recovers to: the end of the archive, the moment within it, or the end of the base backup. */
export type Aim = 'latest' | 'moment' | 'immediate';

/** A base backup of which one file was damaged, or one of its archive, as a seed draws it. */
export interface DamagedBackup {
  form: BackupForm;
  kind: 'cut short' | 'one bit turned' | 'a block of zeros';
  /** What the damaged file is for. */
  part: Part;
  where: string;
  /** The file, below the folder of the base backup or of the archive. */
  file: { of: 'base' | 'wal'; name: string; bytes: Buffer };
  aim: Aim;
}

type Part = 'data' | 'manifest' | 'WAL beside the data' | 'archived WAL';

interface StoredFile {
  of: 'base' | 'wal';
  name: string;
  part: Part;
  sizeBytes: number;
}

/** A disk gives back so many bytes, or none of them. */
const blockBytes = 4096;
const tarBlockBytes = 512;
/** How far an edge of a file reaches: the header of a tar member, what ends a gzip. */
const edgeBytes = 600;

/** The base backup of a seed: a form, one of its files, and a cut, a turned bit or a lost block somewhere in it. */
export function damagedBackupBy(seed: number, forms: readonly BackupForm[]): DamagedBackup {
  const random = randomOf(seed);
  const form = random.pick(forms);
  const aim = drawn<Aim>(random, [
    ['latest', 5],
    ['moment', 2],
    ['immediate', 1],
  ]);
  const kind = drawn<DamagedBackup['kind']>(random, [
    ['cut short', 3],
    ['one bit turned', 5],
    ['a block of zeros', 1],
  ]);
  const { of, name, part } = fileOf(form, random);
  const content = readFileSync(join(form[of], name));
  const { bytes, where } = harmed(content, kind, random);
  return { form, kind, part, aim, where: `${where} of ${name}`, file: { of, name, bytes } };
}

/** A small file would hardly be met by its share of the bytes: the part is drawn first, and then a byte of it. */
function fileOf(form: BackupForm, random: Random): StoredFile {
  const files = [...storedFiles(form, 'base'), ...storedFiles(form, 'wal')];
  const parts = new Set(files.map(({ part }) => part));
  const weights: [Part, number][] = [
    ['data', 4],
    ['manifest', 2],
    ['WAL beside the data', 2],
    ['archived WAL', 5],
  ];
  const part = drawn(
    random,
    weights.filter(([each]) => parts.has(each)),
  );
  const some = files.filter((file) => file.part === part);
  let place = random.below(some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const found = some.find(({ sizeBytes }) => {
    place -= sizeBytes;
    return place < 0;
  });
  if (found === undefined) throw new RangeError(`${form.name} holds no byte of ${part}`);
  return found;
}

function storedFiles(form: BackupForm, of: 'base' | 'wal'): StoredFile[] {
  return readdirSync(form[of], { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const status = statSync(join(form[of], name));
    if (!status.isFile() || status.size === 0) return [];
    return [{ of, name, part: of === 'wal' ? 'archived WAL' : partOf(name), sizeBytes: status.size }];
  });
}

function partOf(name: string): Part {
  if (name === 'backup_manifest') return 'manifest';
  return name.startsWith('pg_wal') ? 'WAL beside the data' : 'data';
}

function harmed(bytes: Buffer, kind: DamagedBackup['kind'], random: Random): Harmed {
  const place = random.pick(['anywhere', 'anywhere', 'an edge', 'where something is'] as const);
  switch (kind) {
    case 'cut short':
      if (place === 'anywhere') return cut(bytes, random);
      // Where a tar can end without a word.
      return place === 'an edge'
        ? cutAt(bytes, edgeOf(bytes, random))
        : cutAt(bytes, random.below(Math.ceil(bytes.length / tarBlockBytes)) * tarBlockBytes);
    case 'one bit turned':
      if (place === 'anywhere') return turned(bytes, random);
      return turnedAt(bytes, place === 'an edge' ? edgeOf(bytes, random) : filledOf(bytes, random), random);
    case 'a block of zeros':
      return zeroedAt(bytes, filledOf(bytes, random), blockBytes);
  }
}

/** A byte near the beginning or the end. */
function edgeOf({ length }: Buffer, random: Random): number {
  const at = random.below(Math.min(edgeBytes, length));
  return random.below(2) === 0 ? at : length - 1 - at;
}

/** A byte that is not zero, where some tries meet one: most of a segment that was switched is zeros. */
function filledOf(bytes: Buffer, random: Random): number {
  let at = 0;
  for (let tries = 0; tries < 50; tries += 1) {
    at = random.below(bytes.length);
    if (bytes[at] !== 0) return at;
  }
  return at;
}
