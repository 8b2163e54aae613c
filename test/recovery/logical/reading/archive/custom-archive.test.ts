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

describe('versions', () => {
  test.each([12, 13, 14, 15, 16])('reads version 1.%i', async (minor) => {
    const events = await read({ minor, entries: whole });

    expect(rowCounts(events).get('public.t')).toBe(3);
    expect(statementsOf(events, 'TABLE')).toEqual([
      'CREATE TABLE public.t (\n    v text\n)',
      'ALTER TABLE public.t OWNER TO me',
    ]);
    expect(ofKind(events, 'header').at(-1)?.header).toEqual({
      format: { layout: 'custom', wrappings: [], archiveVersion: `1.${minor}` },
      serverVersion: '15.18 (Debian)',
      dumpVersion: '15.18',
      majorVersion: 15,
      encoding: 'UTF8',
      database: 'shop',
      consistencyPoint: '2026-11-21T02:30:05.000Z',
    });
  });

  test.each([
    [2, 4],
    [8, 4],
    [4, 2],
    [4, 16],
  ])('reads integers of %i bytes and offsets of %i bytes', async (intBytes, offsetBytes) => {
    expect(rowCounts(await read({ intBytes, offsetBytes, entries: whole })).get('public.t')).toBe(3);
  });

  test.each([
    [
      { minor: 17, dumpVersion: '19.1 (Debian 19.1-1)' },
      'archive version 1.17, written by pg_dump 19.1 (Debian 19.1-1) is not known',
      /^pg_restore 19 reads it/,
    ],
    [
      { minor: 11, dumpVersion: '8.4.22' },
      'archive version 1.11, written by pg_dump 8.4.22 is not known',
      /^pg_restore of PostgreSQL 10 to 18 reads it/,
    ],
    [
      { major: 2, minor: 0, dumpVersion: '25.0' },
      'archive version 2.0 is not known',
      /^pg_restore of a PostgreSQL newer than 18 reads it/,
    ],
  ])('refuses version %j', async (archive, message, hint) => {
    await expect(read(archive)).rejects.toMatchObject({
      code: 'ARCHIVE_VERSION_UNKNOWN',
      message,
      hint: expect.stringMatching(hint),
    });
  });

  test('refuses an unknown compression method', async () => {
    await expect(read({ minor: 16, compression: 4, entries: whole })).rejects.toMatchObject({
      code: 'COMPRESSION_UNKNOWN',
    });
  });

  test('reads the creation time as UTC, also where daylight saving shows another zone: a moment 14 hours off beats none', async () => {
    const events = await read({ daylightSaving: 1, entries: whole });

    expect(ofKind(events, 'header')[0]?.header.consistencyPoint).toBe('2026-11-21T02:30:05.000Z');
  });

  test('before SEARCHPATH entries, selects schemas and names them in COPY', async () => {
    const [table, data] = tableEntries as [BuiltEntry, BuiltEntry];
    const entries = [
      ...settingEntries.slice(0, 2),
      { ...table, schema: 'odd Schema' },
      { ...data, schema: 'odd Schema', copy: 'COPY t (v) FROM stdin;\n' },
    ];

    const events = await read({ minor: 12, entries });

    expect(statementsOf(events, 'SETTING')).toContain('SET search_path = "odd Schema", pg_catalog');
    expect(ofKind(events, 'rows-begin')[0]).toMatchObject({
      schema: 'odd Schema',
      table: 't',
      copy: { sql: 'COPY "odd Schema".t (v) FROM stdin;' },
    });
  });

  test('warns of tables WITH OIDS', async () => {
    const [table, ...rest] = tableEntries as [BuiltEntry, BuiltEntry];

    const events = await read({
      minor: 12,
      entries: [...settingEntries, { ...table, withOids: 'true' }, ...rest],
    });

    expect(ofKind(events, 'finding')[0]?.finding).toMatchObject({
      code: 'DUMP_HEADER_ODD',
      severity: 'warning',
    });
  });
});

describe('order of events', () => {
  const index: BuiltEntry = {
    id: 20,
    type: 'INDEX',
    tag: 'i',
    schema: 'public',
    section: 4,
    definition: 'CREATE INDEX i ON public.t (v);\n',
    dependencies: [10],
    tablespace: 'Fast',
  };
  const entries: BuiltEntry[] = [
    ...whole,
    {
      id: 12,
      type: 'SEQUENCE SET',
      tag: 's',
      schema: 'public',
      section: 3,
      definition: "SELECT pg_catalog.setval('public.s', 1);\n",
    },
    {
      id: 13,
      type: 'MATERIALIZED VIEW DATA',
      tag: 'mv',
      schema: 'public',
      section: 4,
      definition: 'REFRESH MATERIALIZED VIEW public.mv;\n',
    },
    {
      id: 14,
      type: 'ACL',
      tag: 'TABLE t',
      schema: 'public',
      section: 1,
      definition: 'GRANT SELECT ON TABLE public.t TO PUBLIC;\nGRANT ALL ON TABLE public.t TO me;\n',
      dependencies: [10],
    },
    index,
  ];

  test('is contents, pre-data, data, the rest of data, post-data, ACLs, refreshes, end', async () => {
    const events = await read({ entries });

    const kinds = events
      .filter(({ kind }) => kind !== 'rows')
      .map((event) => (event.kind === 'entry' ? event.entry.type : event.kind));
    expect(kinds.filter((kind) => kind !== 'SETTING')).toEqual([
      'header',
      'header',
      'encoding',
      'contents',
      'TABLE',
      'rows-begin',
      'rows-end',
      'SEQUENCE SET',
      'INDEX',
      'ACL',
      'MATERIALIZED VIEW DATA',
      'end',
    ]);
  });

  test('announces everything first, with sections and dependencies, and each id once', async () => {
    const events = await read({ entries });

    const contents = ofKind(events, 'contents')[0]?.entries ?? [];
    expect(contents.find(({ id }) => id === 20)).toMatchObject({ section: 'post-data', dependencies: [10] });
    expect(new Set(contents.map(({ id }) => id)).size).toBe(contents.length);
    expect(contents.map(({ id }) => id).sort()).toEqual(
      events
        .flatMap((event) => (event.kind === 'entry' || event.kind === 'rows-begin' ? [event.entry.id] : []))
        .sort(),
    );
  });

  test('sets the tablespace before the entry that needs it', async () => {
    const all = ofKind(await read({ entries }), 'entry').map(({ entry }) => entry);

    const at = all.findIndex(({ type }) => type === 'INDEX');
    expect(all[at - 1]?.statements[0]?.sql).toBe('SET default_tablespace = "Fast"');
  });
});
