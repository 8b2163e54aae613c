import type { DumpContent } from '../support/corpus.ts';
import { blockReplaced, inserted, zeroed } from '../support/damage.ts';
import { type Format, formats } from './healthy.ts';
import type { Random } from './random.ts';

interface FileDamage {
  formats: readonly Format[];
  damage(content: DumpContent, random: Random): DumpContent;
}

const errorPage =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n';
const blockBytes = 512;

/** Changes the bytes of a file; of a directory dump those of a file that is drawn. */
const bytes =
  (damage: (content: Buffer, random: Random) => Buffer) =>
  (content: DumpContent, random: Random): DumpContent => {
    if (!(content instanceof Map)) return damage(Buffer.from(content), random);
    const [name, file] = random.pick([...content].filter(([, { length }]) => length > 4 * blockBytes));
    return new Map(content).set(name, damage(file, random));
  };

/** A place for a block, with room for it and for another one elsewhere. */
const place = ({ length }: Buffer, random: Random): number => random.below(length - 2 * blockBytes);

/** Damage to the bytes of a file, which any format can meet on its way. */
export const inTheFile = {
  'the file is cut anywhere': {
    formats,
    damage: bytes((content, random) => content.subarray(0, 1 + random.below(content.length - 1))),
  },
  'the last bytes are missing': {
    formats,
    damage: bytes((content, random) => content.subarray(0, content.length - 30 - random.below(200))),
  },
  'one bit is turned': {
    formats,
    damage: bytes((content, random) => {
      const damaged = Buffer.from(content);
      const at = random.below(content.length);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8));
      return damaged;
    }),
  },
  'a block is zeros': {
    formats,
    damage: bytes((content, random) => zeroed(content, place(content, random), blockBytes)),
  },
  'a block is missing': {
    formats,
    damage: bytes((content, random) => {
      const at = place(content, random);
      return Buffer.concat([content.subarray(0, at), content.subarray(at + blockBytes)]);
    }),
  },
  'a block is replaced by another of the file': {
    formats,
    damage: bytes((content, random) => {
      const to = place(content, random);
      const from =
        (to + blockBytes + random.below(content.length - 3 * blockBytes)) % (content.length - blockBytes);
      return blockReplaced(content, to, from, blockBytes);
    }),
  },
  'a block is there twice': {
    formats,
    damage: bytes((content, random) => {
      const at = place(content, random);
      return inserted(content, at, content.subarray(at, at + blockBytes));
    }),
  },
  'an error page follows': {
    formats: ['plain', 'plain.gz', 'inserts', 'custom'],
    damage: bytes((content) => Buffer.concat([content, Buffer.from(errorPage)])),
  },
  'an error page stands for it': {
    formats: ['plain', 'plain.gz', 'inserts', 'custom', 'tar'],
    damage: bytes(() => Buffer.from(errorPage)),
  },
  'it is empty': {
    formats: ['plain', 'plain.gz', 'inserts', 'custom', 'tar'],
    damage: bytes(() => Buffer.alloc(0)),
  },
  'a file of the directory is missing': {
    formats: ['directory'],
    damage: (content, random) => {
      const files = new Map(content as Map<string, Buffer>);
      files.delete(random.pick([...files.keys()]));
      return files;
    },
  },
  'two files of the directory are exchanged': {
    formats: ['directory'],
    damage: (content, random) => {
      const files = new Map(content as Map<string, Buffer>);
      const data = [...files].filter(([name]) => /^\d+\.dat/.test(name));
      const [one, first] = random.pick(data);
      const [other, second] = random.pick(data.filter(([, file]) => !file.equals(first)));
      return files.set(one, second).set(other, first);
    },
  },
} as const satisfies Record<string, FileDamage>;
