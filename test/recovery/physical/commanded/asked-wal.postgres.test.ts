/** WAL that `restore` of a user brings, file by file, read before a server is started: what it may bring instead is told by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../../lib/domain/findings/findings.ts';
import type { RecoveryTarget } from '../../../../lib/domain/recovery/recovery-target.ts';
import type { BackupCommands } from '../../../../lib/ports/backup-commands.ts';
import type { WalReach } from '../../../../lib/recovery/physical/recovering/archived-wal.ts';
import { openAskedWal } from '../../../../lib/recovery/physical/recovering/open-asked-wal.ts';
import { removeDirectories } from '../../../adapters/sandboxes/local-process/sandbox-fixture.ts';
import { processesNaming } from '../../../e2e/support/processes.ts';
import {
  type ArchivedCluster,
  makeArchivedCluster,
  openToAll,
  segmentsIn,
} from '../../../support/archived-cluster.ts';
import { walStretchOf } from '../recovering/support/wal-stretch.ts';
import { good, Rooms, shellCommands } from './support/shell-commands.ts';

const segmentBytes = 1024 ** 2;
let archived: ArchivedCluster;
let rooms: Rooms;
const folder = mkdtempSync(join(tmpdir(), 'restore-drill-asked-'));

beforeAll(async () => {
  archived = await makeArchivedCluster('p', { initdb: ['--wal-segsize=1'] });
  openToAll(archived.folder);
  rooms = new Rooms();
});
afterEach(() => rooms.expectGone());
afterAll(() => {
  for (const each of [archived.folder, folder]) rmSync(each, { recursive: true, force: true });
  removeDirectories();
});

async function reach(
  commands: BackupCommands,
  target: RecoveryTarget = { kind: 'latest' },
): Promise<WalReach> {
  const { signal } = new AbortController();
  const room = await rooms.open(commands, signal);
  const wal = await openAskedWal({ room, commands, signal, dataDirectory: archived.base, folder });
  try {
    return await wal.reach(walStretchOf(archived.base, target));
  } finally {
    await wal.close();
  }
}

const restored = (restore: string[], target?: RecoveryTarget): Promise<WalReach> =>
  reach(shellCommands(archived.folder, { restore }), target);

/** The one problem, with the severity that the verdict follows from, and its words. */
const expectProblem = (
  { problems }: WalReach,
  severity: 'error' | 'unverified',
  code: FindingCode,
  message: RegExp,
): void => {
  expect(problems).toMatchObject([{ code, severity, message: expect.stringMatching(message) }]);
};

/** The last but one: in the base's own WAL it is not. */
const second = (): string => segmentsIn(archived.wal).at(-2) ?? '';
const on = (name: string, ...lines: string[]): string[] => [
  `if [ "$1" = ${name} ]; then ${lines.join('; ')}; fi`,
  ...good.restore,
];

describe('a restore that', () => {
  test('works is followed to the end of the archive, and no further than to a moment', async () => {
    const moment = Date.parse(archived.moment);
    const end = await restored(good.restore);
    const atMoment = await restored(good.restore, { kind: 'time', time: archived.moment });

    expect([end.problems, atMoment.problems]).toEqual([[], []]);
    expect(end.segments).toBeGreaterThan(2);
    expect(Date.parse(end.lastCommitAt ?? '')).toBeGreaterThan(moment);
    expect(Date.parse(atMoment.lastCommitAt ?? '')).toBeLessThan(moment);
  });

  test('works leads neither behind the end of the archive nor before the base backup', async () => {
    const at = (time: string) => restored(good.restore, { kind: 'time', time });
    expectProblem(
      await at(new Date().toISOString()),
      'error',
      'TARGET_NOT_REACHED',
      /the archive ends before the target/,
    );
    expectProblem(
      await at('2025-01-01T12:00:00Z'),
      'error',
      'TARGET_BEFORE_BACKUP',
      /before the end of the base backup/,
    );
  });

  test('hangs is ended in its time', async () => {
    const commands = shellCommands(
      archived.folder,
      { restore: on(second(), 'sleep 654321') },
      { fileTimeoutSeconds: 1 },
    );
    expectProblem(
      await reach(commands),
      'unverified',
      'BACKUP_COMMAND_TIMED_OUT',
      /restore of [0-9A-F]{24} did not end within 1 s/,
    );
    await expect.poll(() => processesNaming('sleep 654321'), { timeout: 5000 }).toEqual([]);
  });

  test.each<[string, () => string[], 'error' | 'unverified', FindingCode, RegExp]>([
    [
      'lacks a segment, and has those behind it',
      () => on(second(), 'exit 1'),
      'error',
      'WAL_MISSING',
      /is missing, and \d+ behind it are there/,
    ],
    [
      'lacks every segment',
      () => ['echo "cannot reach the repository" >&2', 'exit 1'],
      'error',
      'WAL_MISSING',
      /cannot reach the repository/,
    ],
    [
      'ends with 0 and writes no file',
      () => on(second(), 'exit 0'),
      'error',
      'BACKUP_COMMAND_EMPTY',
      /ended with 0, and there is no file/,
    ],
    [
      'ends with 0 and writes a link',
      () => on(second(), 'ln -s /etc/passwd "$2"', 'exit 0'),
      'error',
      'BACKUP_COMMAND_REFUSED',
      /no file of its own/,
    ],
    [
      'ends with 0 and writes half',
      () => on(second(), 'head -c 100000 "$REPOSITORY/wal/$1" > "$2"', 'exit 0'),
      'error',
      'WAL_DAMAGED',
      /wrong size: 100000 bytes/,
    ],
    [
      'ends with 0 and leaves it compressed',
      () => on(second(), 'gzip -c "$REPOSITORY/wal/$1" > "$2"', 'exit 0'),
      'error',
      'WAL_DAMAGED',
      /wrong size/,
    ],
    [
      'ends with 0 and writes zeros',
      () => on(second(), `head -c ${segmentBytes} /dev/zero > "$2"`, 'exit 0'),
      'error',
      'WAL_DAMAGED',
      /is damaged/,
    ],
    [
      'brings the same for every name',
      () => [`cp "$REPOSITORY/wal/${second()}" "$2"`],
      'error',
      'WAL_DAMAGED',
      /is damaged|wrong size/,
    ],
    [
      'brings a history of any timeline',
      () => ['case "$1" in *.history) echo "1 0/1000000 none" > "$2"; exit 0;; esac', ...good.restore],
      'unverified',
      'BACKUP_COMMAND_FAILED',
      /histories of 100 timelines after 1/,
    ],
    [
      'is ended by a signal',
      () => on(second(), 'kill -9 $$'),
      'unverified',
      'BACKUP_COMMAND_FAILED',
      /ended with 137/,
    ],
    [
      'calls what is not there',
      () => on(second(), 'exec no-such-program'),
      'unverified',
      'BACKUP_COMMAND_MISSING',
      /ended with 127: .*no-such-program/,
    ],
    [
      'prints without end',
      () => on(second(), 'yes >&2'),
      'unverified',
      'BACKUP_COMMAND_OUTPUT',
      /printed more than/,
    ],
  ])('%s', async (_, restore, severity, code, message) => {
    expectProblem(await restored(restore()), severity, code, message);
  });
});
