import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDrillError } from '../../../../../lib/domain/findings/errors.ts';
import type { DumpEvent, DumpReader } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import type { Seeking } from '../../../../../lib/recovery/logical/reading/archive/largest-first.ts';
import {
  type BuiltArchive,
  type BuiltEntry,
  buildArchive,
  settingEntries,
  withOffsets,
} from './archive-builder.ts';
import { bufferSource, ofKind, rowCounts } from './archive-events.ts';

const rowsOf: Record<string, number> = { small: 3, middle: 400, large: 900, last: 300 };

const table = (name: string, id: number, more: Partial<BuiltEntry> = {}): BuiltEntry[] => {
  const rows = Array.from({ length: rowsOf[name] ?? 1 }, (_, row) => `${(row * 7919) % 9973}\t${name}\n`);
  const common = { tag: name, schema: 'public', owner: 'me' };
  return [
    { ...common, id, type: 'TABLE', definition: `CREATE TABLE public.${name} (n integer, v text);\n` },
    {
      ...common,
      id: id + 1,
      type: 'TABLE DATA',
      section: 3,
      hadDumper: true,
      dependencies: [id],
      copy: `COPY public.${name} (n, v) FROM stdin;\n`,
      data: Buffer.from(`${rows.join('')}\\.\n\n\n`),
      ...more,
    },
  ];
};

const tables = ['small', 'middle', 'large', 'last'].flatMap((name, index) => table(name, 10 + 10 * index));
const archiveOf = (entries: BuiltEntry[]): BuiltArchive =>
  withOffsets({ minor: 14, entries: [...settingEntries, ...entries], pieceBytes: 500 });
const archive = archiveOf(tables);
const uncompressed = withOffsets({ ...archive, compression: 0, pieceBytes: 90 });

function seekingIn(bytes: Buffer, places: number[] = []): Seeking {
  return {
    sizeBytes: bytes.length,
    leastBytes: 100,
    open: async (startByte) => {
      places.push(startByte);
      return bufferSource(bytes.subarray(startByte), 1000);
    },
  };
}

interface Reading {
  events: DumpEvent[];
  error: { code: string; message: string } | null;
  findings: string[];
  tables: string[];
}

async function read(reader: DumpReader): Promise<Reading> {
  const events: DumpEvent[] = [];
  let error: Reading['error'] = null;
  try {
    for await (const event of reader) events.push(event);
  } catch (thrown) {
    if (!isDrillError(thrown)) throw thrown;
    error = { code: thrown.code, message: thrown.message };
  }
  const findings = ofKind(events, 'finding').map(({ finding }) => `${finding.code} ${finding.message}`);
  return { events, error, findings, tables: ofKind(events, 'rows-begin').map((event) => event.table) };
}

/** A flipped bit in the header damages every block, and each way names the first that it meets. */
const unnamed = (error: Reading['error']): Reading['error'] =>
  error === null ? null : { ...error, message: error.message.replace(/table public\.\w+/, 'table …') };

const sequentially = (bytes: Buffer): Promise<Reading> => read(readCustomArchive(bufferSource(bytes, 1000)));
const largestFirst = (bytes: Buffer): Promise<Reading> =>
  read(readCustomArchive(bufferSource(bytes, 1000), seekingIn(bytes)));

describe('an archive that can be read from anywhere', () => {
  test('gives its largest tables first and every row of it once', async () => {
    const bytes = buildArchive(archive);

    const { events, tables: order, error, findings } = await largestFirst(bytes);

    expect(order).toEqual(['large', 'middle', 'last', 'small']);
    expect([error, findings, events.at(-1)?.kind]).toEqual([null, [], 'end']);
    expect(rowCounts(events)).toEqual(
      new Map(Object.entries(rowsOf).map(([name, rows]) => [`public.${name}`, rows])),
    );
    expect((await sequentially(bytes)).tables).toEqual(['small', 'middle', 'large', 'last']);
  });

  test('is read from start to end where pg_dump could not fill in the places', async () => {
    const places: number[] = [];
    const entries = (archive.entries ?? []).map((entry) =>
      entry.data === undefined ? entry : { ...entry, offsetState: 1 },
    );
    const bytes = buildArchive({ ...archive, entries });

    const { tables: order, error } = await read(
      readCustomArchive(bufferSource(bytes), seekingIn(bytes, places)),
    );

    expect([order, error, places]).toEqual([['small', 'middle', 'large', 'last'], null, []]);
  });

  test('keeps the place of a table whose rows may run a function of the dump, or wait for other rows', async () => {
    const entries: BuiltEntry[] = [
      { id: 5, type: 'FUNCTION', tag: 'f(integer)', schema: 'public', definition: 'CREATE FUNCTION f …;\n' },
      {
        id: 6,
        type: 'DOMAIN',
        tag: 'd',
        schema: 'public',
        definition: 'CREATE DOMAIN d …;\n',
        dependencies: [5],
      },
      ...tables.map((entry) => {
        if (entry.id === 30) return { ...entry, dependencies: [6] };
        return entry.id === 41 ? { ...entry, dependencies: [40, 21] } : entry;
      }),
    ];

    const { tables: order } = await largestFirst(buildArchive(archiveOf(entries)));

    expect(order).toEqual(['middle', 'small', 'large', 'last']);
  });
});

describe('a damaged archive that can be read from anywhere', () => {
  const bytes = buildArchive(archive);
  const step = Math.floor(bytes.length / 150);

  test('cut anywhere, is refused for what reading it from start to end finds', async () => {
    for (let at = 0; at < bytes.length; at += at > bytes.length - 30 ? 1 : step) {
      const cut = bytes.subarray(0, at);
      const { error } = await largestFirst(cut);
      expect(error, `cut at ${at}`).toMatchObject({ code: 'DUMP_TRUNCATED' });
      expect(error).toEqual((await sequentially(cut)).error);
    }
  });

  test.each([
    ['compressed', bytes],
    ['not compressed', buildArchive(uncompressed)],
  ])(
    'with one bit flipped and %s, gives the errors and findings of reading it from start to end',
    async (_, whole) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
          const damaged = Buffer.from(whole);
          damaged[at] = (damaged[at] as number) ^ (1 << bit);
          const expected = await sequentially(damaged);
          const found = await largestFirst(damaged);
          expect([unnamed(found.error), found.findings]).toEqual([
            unnamed(expected.error),
            expected.findings,
          ]);
          if (found.error === null) expect(rowCounts(found.events)).toEqual(rowCounts(expected.events));
        }),
        { numRuns: 300 },
      );
    },
  );

  test('says which places are wrong when two are swapped, and still gives every row once', async () => {
    const places = new Map((archive.entries ?? []).map(({ id, offset }) => [id, offset]));
    const swap = new Map([
      [21, places.get(31)],
      [31, places.get(21)],
    ]);
    const entries = (archive.entries ?? []).map((entry) => {
      const offset = swap.get(entry.id);
      return offset === undefined ? entry : { ...entry, offset };
    });

    const { events, error, findings } = await largestFirst(buildArchive({ ...archive, entries }));

    expect(error).toBeNull();
    expect(findings).toEqual([
      expect.stringMatching(/^DUMP_CORRUPT .*public\.middle/),
      expect.stringMatching(/^DUMP_CORRUPT .*public\.large/),
    ]);
    expect(rowCounts(events).get('public.large')).toBe(900);
  });

  test('does not believe rows at a place that only looks like the block', async () => {
    // A second block of the same table, hidden in the bytes of another: only reading from start to end sees the real one.
    const fake = buildArchive({
      minor: 14,
      compression: 0,
      entries: [{ id: 31, type: 'TABLE DATA', tag: 'x', data: Buffer.from('1\tfake\n\\.\n\n\n') }],
    });
    const block = fake.subarray(fake.indexOf(Buffer.from([1, 0, 31, 0, 0, 0])));
    const hiding = tables.map((entry) =>
      entry.id === 41 ? { ...entry, data: Buffer.concat([block, entry.data ?? block]) } : entry,
    );
    const built = withOffsets({ ...archiveOf(hiding), compression: 0, pieceBytes: 100_000 });
    const whole = buildArchive(built);
    const entries = (built.entries ?? []).map((entry) =>
      entry.id === 31 ? { ...entry, offset: whole.indexOf(block) } : entry,
    );

    const { error, findings } = await largestFirst(buildArchive({ ...built, entries }));

    expect(error !== null || findings.some((found) => found.startsWith('DUMP_CORRUPT'))).toBe(true);
  });
});
