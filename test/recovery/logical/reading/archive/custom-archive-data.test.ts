import iconv from 'iconv-lite';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import {
  type BuiltArchive,
  type BuiltEntry,
  buildArchive,
  settingEntries,
  tableEntries,
} from './archive-builder.ts';
import { bufferSource, eventsOf, ofKind, rowCounts } from './archive-events.ts';

const read = (archive: BuiltArchive, pieceBytes?: number): Promise<DumpEvent[]> =>
  eventsOf(readCustomArchive(bufferSource(buildArchive(archive), pieceBytes)));
const whole: BuiltEntry[] = [...settingEntries, ...tableEntries];
const statementsOf = (events: DumpEvent[], type: string): string[] =>
  ofKind(events, 'entry')
    .filter(({ entry }) => entry.type === type)
    .flatMap(({ entry }) => entry.statements.map(({ sql }) => sql));

describe('data', () => {
  test.each([
    ['lz4', 2, (data: Buffer) => compressFrameSync(data, { blockChecksums: true, contentChecksum: true })],
    ['none', 0, (data: Buffer) => data],
  ] as const)('reads %s', async (_, compression, compress) => {
    expect(
      rowCounts(await read({ minor: 16, compression, compress, entries: whole }, 3)).get('public.t'),
    ).toBe(3);
  });

  test('reads blocks whose pieces are one byte each', async () => {
    expect(rowCounts(await read({ entries: whole, pieceBytes: 1 }, 7)).get('public.t')).toBe(3);
  });

  test('takes INSERT statements apart where their strings hold semicolons and quotes', async () => {
    const statements = [
      'INSERT INTO public."t;""" VALUES (\'a;b\'\'; c\\\')',
      "INSERT INTO public.\"t;\"\"\" VALUES (E'\\'; x', '')",
    ];
    const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];
    const entries = [
      ...settingEntries,
      table,
      { ...data, copy: '', data: Buffer.from(`${statements.map((sql) => `${sql};\n`).join('')}\n\n`) },
    ];

    const events = await read({ entries, pieceBytes: 5 });

    expect(ofKind(events, 'inserts')[0]).toMatchObject({ schema: 'public', table: 't;"' });
    expect(ofKind(events, 'inserts')[0]?.statements.map(({ sql }) => sql)).toEqual(statements);
  });

  test.each(['SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030'])(
    'makes UTF-8 of %s, whose second bytes look like ASCII',
    async (encoding) => {
      const sample = { SJIS: '表ソ', BIG5: '功許', GBK: '乗俓', UHC: '가똠', GB18030: '乗俓' }[
        encoding
      ] as string;
      const charset = { SJIS: 'shift_jis', BIG5: 'cp950', GBK: 'gbk', UHC: 'cp949', GB18030: 'gb18030' }[
        encoding
      ] as string;
      const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];
      const entries = [
        { ...(settingEntries[0] as BuiltEntry), definition: `SET client_encoding = '${encoding}';\n` },
        ...settingEntries.slice(1),
        table,
        {
          id: 12,
          type: 'COMMENT',
          tag: 'TABLE t',
          section: 1,
          definition: iconv.encode(`COMMENT ON TABLE public.t IS '${sample}';\n`, charset),
        },
        { ...data, data: Buffer.concat([iconv.encode(sample, charset), Buffer.from('\n\\.\n\n\n')]) },
      ];

      const events = await read({ entries }, 1);

      expect(ofKind(events, 'encoding')).toEqual([{ kind: 'encoding', encoding: 'UTF8' }]);
      expect(statementsOf(events, 'COMMENT')).toEqual([`COMMENT ON TABLE public.t IS '${sample}'`]);
      expect(Buffer.concat(ofKind(events, 'rows')[0]?.pieces ?? []).toString()).toBe(`${sample}\n`);
      expect(statementsOf(events, 'SETTING')).toContain("SET client_encoding = 'UTF8'");
    },
  );

  test('refuses bytes that are not of the encoding to be transcoded', async () => {
    const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];
    const entries = [
      { ...(settingEntries[0] as BuiltEntry), definition: "SET client_encoding = 'SJIS';\n" },
      ...settingEntries.slice(1),
      table,
      { ...data, data: Buffer.concat([Buffer.from([0x81, 0x20, 0xff]), Buffer.from('\n\\.\n\n\n')]) },
    ];

    await expect(read({ entries })).rejects.toMatchObject({
      code: 'ENCODING_INVALID',
      message: expect.stringContaining('public.t'),
    });
  });

  test('passes invalid UTF-8 through as bytes', async () => {
    const entries = [
      ...settingEntries,
      {
        id: 12,
        type: 'COMMENT',
        tag: 'TABLE t',
        section: 1,
        definition: Buffer.from("COMMENT ON TABLE t IS '\xff';\n", 'latin1'),
      },
    ];

    const comment = ofKind(await read({ entries }), 'entry').find(({ entry }) => entry.type === 'COMMENT');

    expect(comment?.entry.statements[0]).toMatchObject({
      codec: 'binary',
      sql: "COMMENT ON TABLE t IS '\xff'",
    });
  });

  test.each([
    ['rows without their end mark', 'a\nb\n', 'DUMP_CORRUPT'],
    ['an end mark without the lines that follow it', 'a\n\\.\n', 'DUMP_CORRUPT'],
    ['rows behind their end mark', 'a\n\\.\nb\n\\.\n\n\n', 'DUMP_CORRUPT'],
  ])('refuses %s', async (_, rows, code) => {
    const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];

    await expect(
      read({ entries: [...settingEntries, table, { ...data, data: Buffer.from(rows) }] }),
    ).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^the data of table public\.t: /),
    });
  });

  test('refuses an archive that lacks an announced block', async () => {
    const [table, { data: _, ...announced }] = tableEntries as [BuiltEntry, BuiltEntry];

    await expect(read({ entries: [...settingEntries, table, announced] })).rejects.toMatchObject({
      code: 'DUMP_TRUNCATED',
      message: 'the data of table public.t are missing',
    });
  });

  test('reports an offset that leads elsewhere, and reads on', async () => {
    const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];

    const events = await read({ entries: [...settingEntries, table, { ...data, offsetState: 2 }] });

    expect(ofKind(events, 'finding')[0]?.finding).toMatchObject({ code: 'DUMP_CORRUPT', severity: 'error' });
    expect(rowCounts(events).get('public.t')).toBe(3);
  });
});
