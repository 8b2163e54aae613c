import { Readable } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readDirectoryArchive } from '../../../../../lib/recovery/logical/reading/archive/directory-archive.ts';
import { openDump } from '../../../../../lib/recovery/logical/reading/open-dump.ts';
import { ReadingBudget } from '../../../../../lib/recovery/streams/bytes/reading-budget.ts';
import {
  defaultReadingLimits,
  type ReadingLimits,
} from '../../../../../lib/recovery/streams/bytes/reading-limits.ts';
import {
  type BuiltEntry,
  buildArchive,
  buildContents,
  settingEntries,
  tableEntries,
} from './archive-builder.ts';
import { bufferSource, directoryFrom, eventsOf, rowCounts } from './archive-events.ts';

const [table, tableData] = tableEntries as [BuiltEntry, BuiltEntry];
const rowsOf = (count: number): Buffer => Buffer.from(`${'the same row\n'.repeat(count)}\\.\n\n\n`);
const rowBytes = 'the same row\n'.length;
const small: ReadingLimits = { ...defaultReadingLimits, ratio: 20, harmlessBytes: 100_000 };

/** Tables of equal rows, each in a block of its own. */
function archiveOf(tables: number, rows: number): Buffer {
  const entries = Array.from({ length: tables }, (_, index): BuiltEntry[] => [
    { ...table, id: 100 + 2 * index, tag: `t${index}` },
    {
      ...tableData,
      id: 101 + 2 * index,
      tag: `t${index}`,
      copy: `COPY public.t${index} (v) FROM stdin;\n`,
      data: rowsOf(rows),
    },
  ]);
  return buildArchive({ entries: [...settingEntries, ...entries.flat()] });
}

const opened = async (bytes: Buffer, limits: ReadingLimits) => {
  const dump = await openDump(
    { kind: 'stream', open: async () => Readable.from([bytes]), sizeBytes: bytes.length },
    { passphrase: null, limits },
  );
  return eventsOf(dump.reader);
};

describe('compressed data inside an archive', () => {
  test('that unpack to more than the configured ratio allows are named with their table', async () => {
    await expect(opened(archiveOf(1, 100_000), small)).rejects.toMatchObject({
      code: 'DECOMPRESSION_LIMIT',
      message: expect.stringMatching(/^the data of table public\.t0: \d+ stored bytes .* over 20 times/),
    });
  });

  test('that are each harmless are a bomb together', async () => {
    const rows = Math.floor(small.harmlessBytes / rowBytes / 2);

    expect(rowCounts(await opened(archiveOf(1, rows), small)).get('public.t0')).toBe(rows);
    await expect(opened(archiveOf(20, rows), small)).rejects.toMatchObject({ code: 'DECOMPRESSION_LIMIT' });
  });

  test('are a bomb beside any number of honest bytes', async () => {
    const bytes = archiveOf(1, 100_000);
    const budget = new ReadingBudget(small, () => 1_000_000_000);

    await expect(eventsOf(readCustomArchive(bufferSource(bytes), null, budget))).rejects.toMatchObject({
      code: 'DECOMPRESSION_LIMIT',
    });
  });

  test('are measured in a compressed archive against what is stored', async () => {
    // Each of the two wrappings stays below the ratio, both together do not.
    const rows = Buffer.concat(
      Array.from({ length: 40 }, (_, index) => Buffer.from(`${index}\n`.repeat(10_000))),
    );
    const entries = [...settingEntries, table, { ...tableData, data: Buffer.concat([rows, rowsOf(1)]) }];
    const archive = buildArchive({ entries, compress: (data) => deflateSync(data, { level: 9 }) });
    const stored = gzipSync(Buffer.concat([archive]), { level: 9 });
    const ratio = Math.ceil((rows.length / stored.length) * 0.9);

    expect(rows.length).toBeGreaterThan(small.harmlessBytes);
    await expect(opened(stored, { ...small, ratio })).rejects.toMatchObject({ code: 'DECOMPRESSION_LIMIT' });
    expect(rowCounts(await opened(stored, { ...small, ratio: ratio * 2 })).get('public.t')).toBe(400_001);
  });

  test.each(['11.dat.gz', 'toc.dat.gz'])('of a directory are measured in its file %s', async (bomb) => {
    const contents = buildContents({
      entries: [...settingEntries, { ...table, definition: ' '.repeat(4_000_000) }, tableData],
    });
    const files = new Map([
      bomb === 'toc.dat.gz'
        ? ['toc.dat.gz', gzipSync(contents)]
        : ['toc.dat', buildContents({ entries: [...settingEntries, table, tableData] })],
      ['11.dat.gz', gzipSync(rowsOf(bomb === '11.dat.gz' ? 100_000 : 1))],
    ]);

    await expect(
      eventsOf(readDirectoryArchive(directoryFrom(files), new ReadingBudget(small))),
    ).rejects.toMatchObject({ code: 'DECOMPRESSION_LIMIT' });
  });
});

describe('an INSERT statement inside an archive', () => {
  const archiveWithInsertOf = (bytes: number): Buffer => {
    const data = Buffer.from(`INSERT INTO public.t VALUES ('${'x'.repeat(bytes)}');\n\n\n`);
    return buildArchive({ entries: [...settingEntries, table, { ...tableData, copy: '', data }] });
  };
  const limits = { ...defaultReadingLimits, statementBytes: 1_000_000 };

  test('longer than the configured limit is named with its table', async () => {
    await expect(opened(archiveWithInsertOf(2_000_000), limits)).rejects.toMatchObject({
      code: 'STATEMENT_TOO_LARGE',
      message: expect.stringMatching(/^the data of table public\.t: .*1000000 bytes/),
    });
  });

  test('below it passes', async () => {
    const events = await opened(archiveWithInsertOf(500_000), limits);

    expect(events.map(({ kind }) => kind)).toContain('inserts');
  });
});
