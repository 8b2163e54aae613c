import * as z from 'zod';
import { DrillError } from '../findings/errors.ts';

/**
 * What the source said of itself in the snapshot that the dump was made from: `<dump>.witness.json`. It holds names,
 * counts and hashes, and is as little to be trusted as the dump beside it.
 */
const name = z.string().min(1).max(256);
const count = z.number().int().nonnegative();
/** Two sums of 64-bit hashes: the same whatever the order of the rows, and another one when a row is doubled. */
const content = z.string().regex(/^-?\d{1,40}:-?\d{1,40}$/);

const source = z.object({
  kind: z.literal('source'),
  serverVersion: z.string().max(256),
  database: name,
  /** Of the snapshot, ISO 8601. */
  moment: z.string().max(64),
  encoding: z.string().max(64),
  /** False: pg_dump was asked to leave something out, so what is not in the dump says nothing. */
  complete: z.boolean(),
  extensions: z.record(name, z.string().max(256)),
});

const table = z.object({
  kind: z.literal('table'),
  schema: name,
  name,
  /** The root of its tree, `schema.table`; null: no partition. */
  partitionOf: z.string().max(520).nullable(),
  /** Null: left out on request. */
  rows: count.nullable(),
  /** Null: not asked for. */
  content: content.nullable(),
  /** Columns in the content, by name in byte order. */
  columns: z.array(name).max(1600),
  /** Columns whose text is made by a function that PostgreSQL does not bring along. */
  leftOut: z.array(name).max(1600),
  /** Extensions whose types are in the content: their version may change the text. */
  extensions: z.array(name).max(100),
});

const nextNumber = z.string().regex(/^-?\d{1,20}$/);

const sequence = z.object({
  kind: z.literal('sequence'),
  schema: name,
  name,
  /** The number it would hand out next, as digits: sequences hold no snapshot, so it is read before and after the dump. */
  next: nextNumber,
});

const largeObjects = z.object({
  kind: z.literal('large objects'),
  count,
  content: content.nullable(),
});

const objects = z.object({ kind: z.literal('objects'), counts: z.record(name, count) });

const dump = z.object({
  kind: z.literal('dump'),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const witnessSchema = z.object({
  witness: z.literal(1),
  entries: z
    .array(z.discriminatedUnion('kind', [source, table, sequence, largeObjects, objects, dump]))
    .max(200_000),
});

type Entry = z.infer<typeof witnessSchema>['entries'][number];
type Of<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;
export const witnessedTable = table.omit({ kind: true });
export type WitnessedTable = z.infer<typeof witnessedTable>;

/** The range in which the next number of a sequence lay while the dump was made. */
export const sequenceRange = z.object({ schema: name, name, least: nextNumber, most: nextNumber });

/** A witness, sorted by what it speaks of. */
export interface Witness {
  source: Omit<Of<'source'>, 'kind'>;
  tables: WitnessedTable[];
  sequences: z.infer<typeof sequenceRange>[];
  largeObjects: { count: number; content: string | null } | null;
  objects: Record<string, number> | null;
  /** Null where pg_dump wrote to a pipe. */
  dump: { bytes: number; sha256: string } | null;
}

/** Members that a later release adds are passed over, whatever they are. */
const ofKnown = <Value>(isKnown: (value: unknown) => value is Value) =>
  z
    .record(z.string(), z.unknown())
    .transform(
      (members): Record<string, Value> =>
        Object.fromEntries(
          Object.entries(members).flatMap(([key, value]) => (isKnown(value) ? [[key, value]] : [])),
        ),
    );

/** The same as it is kept among the evidence of a drill. */
export const witnessDocument: z.ZodType<Witness> = z.object({
  source: source.omit({ kind: true }).extend({ extensions: ofKnown((value) => typeof value === 'string') }),
  tables: z.array(witnessedTable),
  sequences: z.array(sequenceRange),
  largeObjects: largeObjects.omit({ kind: true }).nullable(),
  objects: ofKnown((value) => typeof value === 'number').nullable(),
  dump: dump.omit({ kind: true }).nullable(),
});

/** Largest file that is read as a witness: some 100,000 tables. */
export const maxWitnessBytes = 64 * 1024 ** 2;

/** Ends a witness of lines, so that one that was cut off at a line end is no witness. */
export const lastLine = '{"kind":"end"}';

/** Where the witness of a dump lies: beside it. */
export const witnessKeyOf = (dumpKey: string): string => `${dumpKey.replace(/\/+$/, '')}.witness.json`;

const wrappingEnding = /\.(gz|zst|xz|bz2|lz4|enc|age|gpg|pgp|asc)$/i;

/** The same for a dump that was compressed or encrypted after pg_dump had named it: most specific first. */
export function witnessKeysOf(dumpKey: string): string[] {
  const keys = [witnessKeyOf(dumpKey)];
  for (let bare = dumpKey; wrappingEnding.test(bare); ) {
    bare = bare.replace(wrappingEnding, '');
    keys.push(witnessKeyOf(bare));
  }
  return keys;
}

/**
 * Reads a witness as it is stored.
 *
 * @throws DrillError WITNESS_UNREADABLE naming the field, never its value
 */
export function parseWitness(text: string): Witness {
  const parsed = witnessSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new DrillError(
      'WITNESS_UNREADABLE',
      `the witness is not as restore-drill writes it${path === '' ? '' : `: ${path}`}`,
    );
  }
  return witnessOf(parsed.data.entries);
}

/** One document, as the command writes it, or one entry per line up to the last, as the script for psql does. */
function jsonOf(text: string): unknown {
  try {
    const lines = text.trimEnd().split('\n');
    if (lines.at(-1) !== lastLine) return JSON.parse(text);
    return { witness: 1, entries: lines.slice(0, -1).map((line) => JSON.parse(line)) };
  } catch {
    throw new DrillError('WITNESS_UNREADABLE', 'the witness is no JSON; it may have been cut off');
  }
}

/** @throws DrillError WITNESS_UNREADABLE when it does not say of what it is */
export function witnessOf(entries: Entry[]): Witness {
  const of = <Kind extends Entry['kind']>(kind: Kind): Of<Kind>[] =>
    entries.filter((entry): entry is Of<Kind> => entry.kind === kind);
  const [first] = of('source');
  if (first === undefined)
    throw new DrillError('WITNESS_UNREADABLE', 'the witness does not say of what it is');
  const { kind: _source, ...source } = first;
  const [large] = of('large objects');
  const [counted] = of('objects');
  const [file] = of('dump');
  return {
    source,
    tables: of('table').map(({ kind: _table, ...rest }) => rest),
    sequences: rangesOf(of('sequence')),
    largeObjects: large === undefined ? null : { count: large.count, content: large.content },
    objects: counted?.counts ?? null,
    dump: file === undefined ? null : { bytes: file.bytes, sha256: file.sha256 },
  };
}

function rangesOf(read: Of<'sequence'>[]): Witness['sequences'] {
  const ranges = new Map<string, Witness['sequences'][number]>();
  for (const { schema, name, next } of read) {
    const key = JSON.stringify([schema, name]);
    const known = ranges.get(key) ?? { schema, name, least: next, most: next };
    ranges.set(key, {
      ...known,
      least: BigInt(next) < BigInt(known.least) ? next : known.least,
      most: BigInt(next) > BigInt(known.most) ? next : known.most,
    });
  }
  return [...ranges.values()];
}

/** The content of several tables together, as if their rows lay in one. */
export function contentOfAll(contents: readonly string[]): string {
  const halves = contents.map((one) => content.parse(one).split(':').map(BigInt));
  const total = (half: 0 | 1) => halves.reduce((all, one) => all + (one[half] ?? 0n), 0n);
  return `${total(0)}:${total(1)}`;
}
