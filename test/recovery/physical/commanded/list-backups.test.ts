/** What a command of the user may list, and what is none of a list: nothing of it is handed on. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import { listBackups } from '../../../../lib/recovery/physical/commanded/list-backups.ts';
import { removeDirectories } from '../../../adapters/sandboxes/local-process/sandbox-fixture.ts';
import { Rooms, shellCommands } from './support/shell-commands.ts';

let rooms: Rooms;
beforeAll(() => {
  rooms = new Rooms();
});
afterEach(() => rooms.expectGone());
afterAll(removeDirectories);

async function listed(...list: string[]): Promise<unknown> {
  const commands = shellCommands('/', { list }, { fileTimeoutSeconds: 1 });
  const room = await rooms.open(commands);
  try {
    const backups = await listBackups(commands, room, new AbortController().signal);
    return backups.map(({ name }) => name);
  } finally {
    await room.close();
  }
}

test('a list is its lines, in their order, and may be empty', async () => {
  expect(await listed('echo 20250102; echo 20250101')).toEqual(['20250102', '20250101']);
  expect(await listed(':')).toEqual([]);
});

test.each([
  ['is no text', "printf 'a\\377b\\n'", 'BACKUP_COMMAND_OUTPUT', /no list of backups: it is no text/],
  [
    'holds a byte of zero',
    "printf 'a\\000b\\n'",
    'BACKUP_COMMAND_OUTPUT',
    /no list of backups: it is no text/,
  ],
  [
    'holds a name that a shell would read',
    "echo 'a;reboot'",
    'BACKUP_COMMAND_OUTPUT',
    /none that can be handed on/,
  ],
  ['holds an option', 'echo --delete', 'BACKUP_COMMAND_OUTPUT', /none that can be handed on/],
  ['fails', 'echo "access denied" >&2; exit 1', 'BACKUP_COMMAND_FAILED', /^list ended with 1: access denied/],
  ['hangs', 'sleep 345678', 'BACKUP_COMMAND_TIMED_OUT', /^list did not end within 1 s/],
] as const)('a list that %s could not be verified', async (_, line, code, message) => {
  await expect(listed(line)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
  });
  expect(finding(code, '').severity).toBe('unverified');
});
