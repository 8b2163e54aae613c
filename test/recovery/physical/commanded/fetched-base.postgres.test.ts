/** What `fetch` of a user may bring instead of a base backup of PostgreSQL: each is told by itself, and nothing is started on it. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFolderDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { FindingCode } from '../../../../lib/domain/findings/findings.ts';
import type { RestoreAccount } from '../../../../lib/domain/recovery/restore-account.ts';
import type { BackupCommands } from '../../../../lib/ports/backup-commands.ts';
import { recoverBase } from '../../../../lib/recovery/physical/recovering/recover-base.ts';
import { removeDirectories } from '../../../adapters/sandboxes/local-process/sandbox-fixture.ts';
import { processesNaming } from '../../../e2e/support/processes.ts';
import { type ArchivedCluster, makeArchivedCluster, openToAll } from '../../../support/archived-cluster.ts';
import { digestsBelow } from '../recovering/support/handed-over.ts';
import { good, Rooms, shellCommands } from './support/shell-commands.ts';

let archived: ArchivedCluster;
let rooms: Rooms;
/** Of the sandbox. */
let folder: string;

beforeAll(async () => {
  archived = await makeArchivedCluster('p', { initdb: ['--wal-segsize=1'] });
  openToAll(archived.folder);
  rooms = new Rooms();
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
  removeDirectories();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-fetched-'));
  for (const name of ['data', 'tablespaces']) mkdirSync(join(folder, name));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rooms.expectGone();
});

const whole = 'the base backup is whole, and its WAL is asked for';

/** A recovery up to where it would open the WAL. */
function recovered(commands: BackupCommands, majorVersion = 15): Promise<RestoreAccount> {
  const { signal } = new AbortController();
  const notAsked = (what: string) => () => Promise.reject(new Error(what));
  return recoverBase(
    {
      source: {
        ...{ store: createFolderDumpStore(join(folder, 'nothing')), key: 'LATEST', walPrefix: '' },
        ...{ keys: { passphrase: null }, commands },
      },
      target: { kind: 'latest' },
      sandbox: { sandboxId: 'test', host: folder, port: 5432, masterRole: 'reader', serverVersion: '15.18' },
      ...{ fullSnapshot: false, again: false, carriedOn: false, timeoutSeconds: 60 },
      onProgress: () => {},
      signal,
    },
    {
      place: {
        ...{ dataDirectory: join(folder, 'data'), tablespaceDirectory: join(folder, 'tablespaces') },
        majorVersion,
        commandRoom: (asked) => rooms.open(asked, signal),
        replaysCompression: async () => true,
        replay: notAsked('a server was started'),
        open: notAsked('a server was opened'),
        reset: async () => {},
      },
      openWal: notAsked(whole),
      connection: notAsked('somebody logs in'),
    },
  );
}

const fetched = (fetch: string[]): Promise<RestoreAccount> =>
  recovered(shellCommands(archived.folder, { fetch }));

/** A finding of the code with the severity that the verdict follows from, and its words. */
function expectFinding(
  { complete, findings }: RestoreAccount,
  severity: 'error' | 'unverified',
  code: FindingCode,
  message: RegExp,
): void {
  expect(complete).toBe(false);
  const grave = findings.filter((each) => each.severity === 'error' || each.severity === 'unverified');
  expect(grave).toMatchObject([{ code, severity, message: expect.stringMatching(message) }]);
}

describe('a fetch that', () => {
  test('brings a data directory, or the tars of pg_basebackup, has brought the same', async () => {
    const filesOf = () => digestsBelow(join(folder, 'data'));
    await expect(fetched(good.fetch)).rejects.toThrow(whole);
    const asDirectory = filesOf();
    for (const name of readdirSync(join(folder, 'data')))
      rmSync(join(folder, 'data', name), { recursive: true });
    await expect(fetched(['tar -C "$REPOSITORY/base" -cf - . | gzip -1 > "$1/base.tar.gz"'])).rejects.toThrow(
      whole,
    );

    expect(Object.keys(asDirectory).length).toBeGreaterThan(500);
    expect(filesOf()).toEqual(asDirectory);
  });

  test('brings tablespaces has them read where the tool was told, as a part of the backup', async () => {
    const account = await fetched([
      ...good.fetch,
      'mkdir -p "$2/99999/PG_15_202209061"',
      'echo x > "$2/99999/PG_15_202209061/y"',
      'ln -s "$2/99999" "$1/pg_tblspc/99999"',
    ]);
    // The manifest does not know it.
    expectFinding(account, 'error', 'BASE_BACKUP_CORRUPT', /pg_tblspc\/99999\/PG_15_202209061\/y/);
  });

  test('is no program, or one that nobody may run, is named', async () => {
    const commands = shellCommands(archived.folder, {});
    const missing = await recovered({ ...commands, fetch: ['no-such-tool', '{directory}'] });
    expectFinding(
      missing,
      'unverified',
      'BACKUP_COMMAND_MISSING',
      /there is no no-such-tool in \/usr\/local/,
    );

    const script = join(folder, 'fetch.sh');
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o644 });
    const notExecutable = await recovered({ ...commands, fetch: [script, '{directory}'] });
    expectFinding(notExecutable, 'unverified', 'BACKUP_COMMAND_MISSING', /fetch\.sh is not executable/);
  });

  test('hangs is ended in its time, with all that it has started', async () => {
    const fetch = ['(trap "" TERM; exec sleep 987654) &', 'setsid sleep 987654 &', 'sleep 987654'];
    const account = await recovered(shellCommands(archived.folder, { fetch }, { fetchTimeoutSeconds: 1 }));
    expectFinding(account, 'unverified', 'BACKUP_COMMAND_TIMED_OUT', /fetch did not end within 1 s/);
    await expect.poll(() => processesNaming('sleep 987654'), { timeout: 5000 }).toEqual([]);
  });

  test('brings another major than the sandbox runs', async () => {
    const account = await recovered(shellCommands(archived.folder, {}), 16);
    expectFinding(
      account,
      'unverified',
      'SERVER_VERSION_UNSUPPORTED',
      /is of PostgreSQL 15, and sandbox.majorVersion says 16/,
    );
  });

  test.each<[string, string[], 'error' | 'unverified', FindingCode, RegExp]>([
    [
      'ends with an error',
      ['echo "repository is locked" >&2', 'exit 7'],
      'unverified',
      'BACKUP_COMMAND_FAILED',
      /^fetch ended with 7: repository is locked/,
    ],
    [
      'says nothing that could be read',
      ['head -c 300 /dev/urandom >&2', 'exit 2'],
      'unverified',
      'BACKUP_COMMAND_FAILED',
      /^fetch ended with 2: [\P{Cc}]*$/u,
    ],
    [
      'ends with 0 and brings nothing',
      ['exit 0'],
      'error',
      'BACKUP_COMMAND_EMPTY',
      /left the folder \{directory\} empty/,
    ],
    [
      'ends with 0 and brings half',
      [...good.fetch, 'rm -r "$1/base/1"'],
      'error',
      'BASE_BACKUP_INCOMPLETE',
      /missing/,
    ],
    [
      'ends with 0 and brings damage',
      [...good.fetch, 'echo x >> "$1/base/1/1259"'],
      'error',
      'BASE_BACKUP_CORRUPT',
      /base\/1\/1259/,
    ],
    [
      'brings something else',
      ['head -c 100000 /dev/urandom > "$1/backup"'],
      'error',
      'BASE_BACKUP_INCOMPLETE',
      /no base backup can be recognised/,
    ],
    [
      'writes a link that leads out',
      ['mkdir "$1/pg_tblspc"', 'ln -s /etc "$1/pg_tblspc/1663"'],
      'error',
      'BACKUP_COMMAND_REFUSED',
      /pg_tblspc\/1663 is a symbolic link that leads out/,
    ],
    [
      'writes another link',
      ['ln -s /etc/passwd "$1/PG_VERSION"'],
      'error',
      'BACKUP_COMMAND_REFUSED',
      /PG_VERSION is a symbolic link/,
    ],
    ['writes a pipe', ['mkfifo "$1/pipe"'], 'error', 'BACKUP_COMMAND_REFUSED', /pipe is no file/],
    ['prints without end', ['yes'], 'unverified', 'BACKUP_COMMAND_OUTPUT', /fetch printed more than 16.8 MB/],
    ['takes its own folder away', ['rm -rf "$1"'], 'error', 'BACKUP_COMMAND_EMPTY', /took away/],
  ])('%s', async (_, fetch, severity, code, message) => {
    expectFinding(await fetched(fetch), severity, code, message);
  });
});
