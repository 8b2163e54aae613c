/** Commands as a user configures them, each some lines of shell, and the rooms of this machine that they run in. */
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { createLocalSandboxHost } from '../../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { BackupCommands, CommandRoom } from '../../../../../lib/ports/backup-commands.ts';
import { aDirectory, sharedCache } from '../../../../adapters/sandboxes/local-process/sandbox-fixture.ts';

/** What commands do that work, in a repository with a plain `base` and its `wal`. */
export const good = {
  fetch: ['cp -R "$REPOSITORY/base/." "$1"'],
  restore: ['test -e "$REPOSITORY/wal/$1" || exit 1', 'cp "$REPOSITORY/wal/$1" "$2"'],
};

interface Lines {
  fetch?: string[];
  restore?: string[];
  list?: string[];
}

const shell = (lines: string[]): string[] => ['sh', '-e', '-c', lines.join('\n'), 'sh'];

/** @param repository a folder that they find as `$REPOSITORY` and may read */
export const shellCommands = (
  repository: string,
  { fetch = good.fetch, restore = good.restore, list }: Lines,
  more: Partial<BackupCommands> = {},
): BackupCommands => ({
  fetch: [...shell(fetch), '{directory}', '{tablespaces}'],
  restore: [...shell(restore), '{file}', '{path}'],
  list: list === undefined ? null : shell(list),
  ...{ reads: [repository], environment: { REPOSITORY: repository }, secrets: [], network: false },
  ...{ fetchTimeoutSeconds: 60, fileTimeoutSeconds: 60 },
  ...more,
});

/** Opens rooms; {@link expectGone} says that none of them, and nothing in them, is left. */
export class Rooms {
  readonly #host = createLocalSandboxHost({ stateDirectory: aDirectory(), cacheDirectory: sharedCache });
  readonly #opened: CommandRoom[] = [];

  async open(commands: BackupCommands, signal = new AbortController().signal): Promise<CommandRoom> {
    const room = await this.#host.commandRoom(commands, signal);
    this.#opened.push(room);
    return room;
  }

  expectGone(): void {
    const opened = this.#opened.splice(0).map(({ folder }) => folder);
    expect(opened).not.toEqual([]);
    expect(opened.filter((folder) => existsSync(folder))).toEqual([]);
  }
}
