import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readDirectoryArchive } from '../../../../../lib/recovery/logical/reading/archive/directory-archive.ts';
import {
  readPackedDirectory,
  readTarArchive,
} from '../../../../../lib/recovery/logical/reading/archive/tar-archive.ts';
import { postgresqlPrograms } from '../../../../../scripts/oracle-programs.mjs';
import { TestServer } from '../../../../support/server.ts';
import { directorySource, eventsOf, fileSource, ofKind, render, rowCounts } from './archive-events.ts';
import { expectSameAsPgRestore } from './archive-oracle.ts';
import { makeHurtfulDatabase } from './hurtful-schema.ts';
import type { OracleMajor } from './pg-restore-oracle.ts';

const work = mkdtempSync(join(tmpdir(), 'drill-oracle-'));
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.shared('source');
  makeHurtfulDatabase(server);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const compressions: [OracleMajor, string][] = [
  [15, '0'],
  [15, '6'],
  [17, 'gzip'],
  [17, 'lz4'],
  [17, 'zstd'],
  [17, 'zstd:long'],
];
let serial = 0;

function dump(args: string[], database = 'hurt', major: OracleMajor = 15): string {
  const path = join(work, `dump-${serial++}`);
  const programs = postgresqlPrograms(major);
  server.tool('pg_dump', [...args, '-d', database, '-f', path], { programs });
  return path;
}

const readCustom = (path: string): Promise<DumpEvent[]> => eventsOf(readCustomArchive(fileSource(path)));
const readDirectory = (path: string): Promise<DumpEvent[]> =>
  eventsOf(readDirectoryArchive(directorySource(path)));

/** Packs files of a directory in the order given. */
function packed(directory: string, names: string[]): string {
  const path = join(work, `packed-${serial++}.tar`);
  execFileSync('tar', ['cf', path, '-C', directory, '--transform', 's,^,nightly/db/,', ...names]);
  return path;
}

describe('archives of pg_dump say what pg_restore says', () => {
  test.each(compressions)('custom of pg_dump %i, compression %s', async (major, compression) => {
    const path = dump(['-Fc', '-Z', compression], 'hurt', major);

    const events = await readCustom(path);

    expectSameAsPgRestore(events, path, major);
    expect(ofKind(events, 'finding')).toEqual([]);
    expect(rowCounts(events).get('plain.usual')).toBe(200_000);
    expect(rowCounts(events).get('plain.no columns')).toBe(2);
  });

  test('custom, written to a pipe', async () => {
    const path = join(work, 'piped.dump');
    execFileSync('sh', ['-c', 'cat > "$0"', path], {
      input: server.tool('pg_dump', ['-Fc', '-d', 'hurt']),
    });

    const events = await readCustom(path);

    expectSameAsPgRestore(events, path);
    expect(ofKind(events, 'finding')).toEqual([]);
  });

  test('custom, written to a file open for appending', async () => {
    const path = join(work, 'appended.dump');
    const file = openSync(path, 'a');
    server.tool('pg_dump', ['-Fc', '-d', 'hurt'], { stdout: file });
    closeSync(file);

    const events = await readCustom(path);

    expectSameAsPgRestore(events, path);
    expect(ofKind(events, 'finding')).toEqual([]);
  });

  test.each([
    '--inserts',
    '--inserts --rows-per-insert=7',
    '--column-inserts --on-conflict-do-nothing',
    '--no-owner --no-privileges',
    '--schema-only',
    '--data-only',
    '--section=post-data',
    '--load-via-partition-root',
    '--no-tablespaces',
    '--quote-all-identifiers',
    '--clean --if-exists',
    '--create',
    '--table=plain.usual',
    '--no-blobs',
    '--use-set-session-authorization',
  ])('custom, %s', async (flags) => {
    // The rows of the large table are compared above; here it is how things are said.
    const path = dump(['-Fc', '--exclude-table-data=plain.usual', ...flags.split(' ')]);

    expectSameAsPgRestore(await readCustom(path), path);
  });

  test('custom, in an encoding that passes through as bytes', async () => {
    const path = dump(['-Fc', '--encoding=LATIN9'], 'western');

    const events = await readCustom(path);

    expectSameAsPgRestore(events, path);
    expect(ofKind(events, 'encoding')).toEqual([{ kind: 'encoding', encoding: 'LATIN9' }]);
    expect(ofKind(events, 'rows-begin')[0]).toMatchObject({ table: 'é', copy: { codec: 'binary' } });
  });

  test.each([
    ['SJIS', 'japanese'],
    ['GB18030', 'japanese'],
    ['UHC', 'korean'],
  ])('custom, in %s, gives the text of the dump in UTF8', async (encoding, database) => {
    const events = await readCustom(dump(['-Fc', `--encoding=${encoding}`], database));

    const expected = render(await readCustom(dump(['-Fc'], database)));
    expect(ofKind(events, 'encoding')).toEqual([{ kind: 'encoding', encoding: 'UTF8' }]);
    expect(render(events).byId).toEqual(expected.byId);
  });

  test('tar', async () => {
    const path = dump(['-Ft']);

    expectSameAsPgRestore(await eventsOf(readTarArchive(fileSource(path))), path);
  });

  test.each(compressions.filter(([, compression]) => compression !== 'zstd:long'))(
    'directory of pg_dump %i, compression %s',
    async (major, compression) => {
      const path = dump(['-Fd', '-Z', compression], 'hurt', major);

      expectSameAsPgRestore(await readDirectory(path), path, major);
    },
  );

  test.each([
    ['first', true],
    ['last', false],
  ] as const)('directory packed by tar, toc.dat %s', async (_, first) => {
    const path = dump(['-Fd', '-j2']);
    const data = readdirSync(path).filter((name) => name !== 'toc.dat');
    const tar = packed(
      path,
      first ? ['toc.dat', ...data] : [...data.slice(2), 'toc.dat', ...data.slice(0, 2)],
    );
    let reopened = 0;

    const events = await eventsOf(
      readPackedDirectory(fileSource(tar), async () => {
        reopened += 1;
        return fileSource(tar);
      }),
    );

    expectSameAsPgRestore(events, path);
    expect(reopened).toBe(first ? 0 : 1);
  });
});
