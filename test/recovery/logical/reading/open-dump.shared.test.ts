/** Every real dump beside the repository: each gives exactly its rows, or fails with its own code. */
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { type DumpSource, openDump } from '../../../../lib/recovery/logical/reading/open-dump.ts';
import { findingsOf, ofKind, outcomeOf } from './support/reading.ts';

const folder = resolve(import.meta.dirname, '../../../../../shared/dumps');
const sharedDumpsPresent = existsSync(join(folder, 'EXPECTED.json'));

const expectedFiles = z.object({
  files: z.record(
    z.string(),
    z.object({
      format: z.string(),
      server: z.string(),
      verdict: z.string(),
      reason: z.string().optional(),
      sha256: z.string().optional(),
      rows: z.record(z.string(), z.number()).optional(),
    }),
  ),
});
const files = sharedDumpsPresent
  ? Object.entries(expectedFiles.parse(JSON.parse(readFileSync(join(folder, 'EXPECTED.json'), 'utf8'))).files)
  : [];

function sourceOfFile(path: string): DumpSource {
  if (!statSync(path).isDirectory()) {
    return { kind: 'stream', open: async () => createReadStream(path), sizeBytes: statSync(path).size };
  }
  return {
    kind: 'directory',
    list: async () => readdirSync(path).map((name) => ({ name, sizeBytes: statSync(join(path, name)).size })),
    open: async (name) => createReadStream(join(path, name)),
  };
}

async function read(source: DumpSource, passphrase: string | null = null) {
  const dump = await openDump(source, { passphrase });
  const outcome = await outcomeOf(dump.reader);
  const digest = await dump.sha256();
  dump.close();
  return {
    ...outcome,
    digest,
    header: ofKind(outcome.events, 'header').at(-1)?.header ?? null,
    rows: countsOf(outcome.events),
  };
}

/** Rows by `schema.table`, with `database:` before it in a cluster, as EXPECTED.json has them. */
function countsOf(events: DumpEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  let database = '';
  let table = '';
  for (const event of events) {
    if (event.kind === 'database') database = `${event.name}:`;
    if (event.kind === 'rows-begin') table = `${database}${event.schema}.${event.table}`;
    if (event.kind === 'rows-end') counts[table] = (counts[table] ?? 0) + event.rows;
  }
  return counts;
}

/** Codes that a reader alone can give; the other defects only show in the restored data or its checksum. */
const codeOfReason: Record<string, string> = {
  truncated: 'DUMP_TRUNCATED',
  empty: 'DUMP_EMPTY',
  corrupt: 'DUMP_CORRUPT',
  'not-a-dump': 'DUMP_NOT_A_DUMP',
  encrypted: 'DUMP_ENCRYPTED',
};

function expectedCode(
  name: string,
  { format, verdict, reason = '' }: (typeof files)[number][1],
): string | null {
  if (format.startsWith('pg_basebackup') || format.startsWith('archived WAL')) return 'PHYSICAL_BACKUP';
  if (verdict === 'not-a-dump') return 'DUMP_NOT_A_DUMP';
  if (name.startsWith('bad/02b')) return 'DUMP_TRUNCATED';
  return codeOfReason[reason] ?? null;
}

test(
  sharedDumpsPresent
    ? 'the shared dumps are there and were read'
    : 'the shared dumps are absent: not one of them was read',
  () => {
    expect(files.length > 0).toBe(sharedDumpsPresent);
  },
);

describe.runIf(sharedDumpsPresent)('the shared dumps', () => {
  test.each(files)('%s', async (name, expected) => {
    const dump = await read(sourceOfFile(join(folder, name)));
    const code = expectedCode(name, expected);
    expect(dump.error).toBe(code);
    expect(dump.events.at(-1)?.kind === 'end').toBe(code === null);
    if (expected.sha256 !== undefined && dump.digest !== null) expect(dump.digest).toBe(expected.sha256);
    if (code !== null || expected.rows === undefined) return;
    // Partitioned tables and materialized views are counted there too; a dump brings them no rows of their own.
    const { rows } = expected;
    expect(dump.rows).toEqual(
      Object.fromEntries(Object.keys(dump.rows).map((table) => [table, rows[table]])),
    );
    const brought = new Set(Object.keys(dump.rows));
    const tables =
      ofKind(dump.events, 'contents').length > 0 ? [] : missingTables(dump.events, rows, brought);
    expect(tables).toEqual([]);
    expect(findingsOf(dump.events)).toEqual([]);
    expect(`${dump.header?.serverVersion ?? expected.server} `.startsWith(expected.server)).toBe(true);
  });

  test('the encrypted dump is read with its passphrase', async () => {
    const [name, expected] = files.find(([, { reason }]) => reason === 'encrypted') ?? ['', null];
    const dump = await read(sourceOfFile(join(folder, name)), 'example-key-not-secret');
    expect(dump.error).toBeNull();
    expect(dump.rows).toEqual(expected?.rows);
  });

  test('a directory dump packed in any order, behind other files, is read as when it lies open', async () => {
    const directory = join(folder, 'public/northwind/northwind_20261118.dir');
    const open = await read(sourceOfFile(directory));
    const names = readdirSync(directory);
    for (const order of [['README', ...names.toSorted()], names.toSorted().reverse()]) {
      const tar = pack();
      for (const name of order) {
        const content =
          name === 'README' ? Buffer.alloc(40_000, 'about this dump\n') : readFileSync(join(directory, name));
        tar.entry({ name: name === 'README' ? name : `nw/${name}` }, content);
      }
      tar.finalize();
      const parts: Buffer[] = [];
      for await (const part of tar.pipe(createGzip())) parts.push(part);
      const bytes = Buffer.concat(parts);
      const packed = await read({
        kind: 'stream',
        open: async () => Readable.from([bytes]),
        sizeBytes: bytes.length,
      });
      expect(packed.error).toBeNull();
      expect(packed.rows).toEqual(open.rows);
      expect(packed.header?.format.wrappings).toEqual(['gzip', 'tar']);
    }
  });
});

/** Tables with rows that the dump did not bring as rows: all must be ones it fills in another way. */
function missingTables(events: DumpEvent[], rows: Record<string, number>, brought: Set<string>): string[] {
  const text = ofKind(events, 'entry')
    .flatMap(({ entry }) => entry.statements.map(({ sql }) => sql))
    .join(';\n');
  return Object.entries(rows)
    .filter(([table, count]) => count > 0 && !brought.has(table))
    .map(([table]) => table.replace(/^.*:/, ''))
    .filter(
      (table) =>
        !text.includes(`REFRESH MATERIALIZED VIEW ${table}`) &&
        !new RegExp(`CREATE TABLE ${table} [^;]*PARTITION BY`, 's').test(text),
    );
}
