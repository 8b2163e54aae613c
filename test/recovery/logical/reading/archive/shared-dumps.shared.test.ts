import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { DumpReader } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readDirectoryArchive } from '../../../../../lib/recovery/logical/reading/archive/directory-archive.ts';
import {
  readPackedDirectory,
  readTarArchive,
} from '../../../../../lib/recovery/logical/reading/archive/tar-archive.ts';
import { ByteSource } from '../../../../../lib/recovery/streams/bytes/byte-source.ts';
import { directorySource, eventsOf, fileSource, ofKind, rowCounts } from './archive-events.ts';
import { expectSameAsPgRestore } from './archive-oracle.ts';
import type { OracleMajor } from './pg-restore-oracle.ts';

const dumps = join(import.meta.dirname, '../../../../../../shared/dumps');
const present = existsSync(join(dumps, 'EXPECTED.json'));
const work = mkdtempSync(join(tmpdir(), 'drill-shared-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const gunzipped = (path: string): ByteSource => new ByteSource(createReadStream(path).pipe(createGunzip()));

interface Good {
  name: string;
  read: (path: string) => DumpReader;
  /** Oldest pg_restore that reads it. */
  clientMajor: OracleMajor;
  /** Makes of the file what pg_restore reads. */
  unpack?: (path: string) => string;
}

const good: Good[] = [
  {
    name: 'cleaning-custom/pg_cleaning_20250101T020000Z.dump',
    read: (path) => readCustomArchive(fileSource(path)),
    clientMajor: 15,
  },
  {
    name: 'cleaning-custom/pg_cleaning_20261117T020000Z.dump',
    read: (path) => readCustomArchive(fileSource(path)),
    clientMajor: 15,
  },
  {
    name: 'cleaning-custom/pg_cleaning_20261118T020000Z.dump',
    read: (path) => readCustomArchive(fileSource(path)),
    clientMajor: 17,
  },
  {
    name: 'public/pagila/pagila_20261118T020000Z.dump',
    read: (path) => readCustomArchive(fileSource(path)),
    clientMajor: 15,
  },
  {
    name: 'public/chinook/chinook_20261118.tar',
    read: (path) => readTarArchive(fileSource(path)),
    clientMajor: 15,
  },
  {
    name: 'public/northwind/northwind_20261118.dir',
    read: (path) => readDirectoryArchive(directorySource(path)),
    clientMajor: 15,
  },
  {
    name: 'public/northwind/northwind_20261118.dir.tar.gz',
    read: (path) => readPackedDirectory(gunzipped(path), async () => gunzipped(path)),
    clientMajor: 15,
    unpack: (path) => {
      execFileSync('tar', ['xzf', path, '-C', work]);
      return join(work, 'northwind_20261118.dir');
    },
  },
  {
    name: 'vlvt/vlvt_backup_-2026-01-26T03-00-02-117Z.tar.gz',
    read: (path) => readTarArchive(gunzipped(path)),
    clientMajor: 17,
    unpack: (path) => {
      execFileSync('sh', ['-c', `gunzip -c "$0" > "$1"`, path, join(work, 'vlvt.tar')]);
      return join(work, 'vlvt.tar');
    },
  },
];

const bad = [
  {
    name: 'bad/02a-truncated-custom/pg_cleaning_20250101T020000Z.dump',
    code: 'DUMP_TRUNCATED',
    message: /^the data of table public\.\w+: /,
  },
  {
    name: 'bad/05-bitflip-custom/pg_cleaning_20250101T020000Z.dump',
    code: 'DUMP_CORRUPT',
    message: /^the data of table public\.email_events: /,
  },
];

test(`archives of ../shared/dumps are ${present ? 'read' : 'NOT read: the folder is absent'}`, () => {
  expect(existsSync(dumps)).toBe(present);
});

describe.runIf(present)('archives of ../shared/dumps', () => {
  const expected = present ? JSON.parse(readFileSync(join(dumps, 'EXPECTED.json'), 'utf8')).files : {};

  test.each(good)('$name has the rows that EXPECTED.json counts', async ({ name, read }) => {
    const events = await eventsOf(read(join(dumps, name)));

    const counts = Object.fromEntries([...rowCounts(events)].map(([table, rows]) => [table, rows]));
    const tables: Record<string, number> = expected[name].rows;
    const filled = (all: Record<string, number>) =>
      Object.fromEntries(Object.entries(all).filter(([, rows]) => rows > 0));
    expect(filled(counts)).toEqual(filled(tables));
    expect(ofKind(events, 'finding')).toEqual([]);
  });

  test.each(good)('$name says what pg_restore says', async ({ name, read, unpack, clientMajor }) => {
    const path = join(dumps, name);

    expectSameAsPgRestore(await eventsOf(read(path)), unpack?.(path) ?? path, clientMajor);
  });

  test.each(bad)('refuses $name with $code', async ({ name, code, message }) => {
    await expect(eventsOf(readCustomArchive(fileSource(join(dumps, name))))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});
