import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupCommands, CommandEnd, CommandRoom, CommandRun } from '../../../ports/backup-commands.ts';
import { absentCommandWalls, type CommandWalls, commandWalls, launchCommand } from './command-walls.ts';
import { commandPath, findProgram } from './find-program.ts';
import { runCommand } from './run-command.ts';
import type { ServerAccount } from './server-account.ts';

export interface LocalCommandRoomOptions {
  /** Not there yet; its parent can be entered by the account. */
  directory: string;
  /** Who runs the commands. */
  account: ServerAccount;
  commands: BackupCommands;
  signal: AbortSignal;
  onSpawn(pid: number): void;
}

/** Shorter values may stand in a text by chance, and are no secret worth the name. */
const shortestSecret = 4;

/** A room for commands on this machine. */
export class LocalCommandRoom implements CommandRoom {
  readonly folder: string;
  readonly absentWalls: string[];
  readonly #options: LocalCommandRoomOptions;
  readonly #walls: CommandWalls;
  readonly #environment: Record<string, string>;
  #taken = 0;

  private constructor(options: LocalCommandRoomOptions, walls: CommandWalls) {
    const { directory, commands } = options;
    this.folder = join(directory, 'theirs');
    this.#options = options;
    this.#walls = walls;
    this.absentWalls = absentCommandWalls(walls, commands.network);
    const temporary = join(this.folder, 'tmp');
    this.#environment = {
      ...{ PATH: commandPath, HOME: temporary, TMPDIR: temporary, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      ...commands.environment,
    };
  }

  static async open(options: LocalCommandRoomOptions): Promise<LocalCommandRoom> {
    const { directory, account, commands, signal } = options;
    mkdirSync(directory, { mode: 0o711 });
    chmodSync(directory, 0o711);
    const folder = join(directory, 'theirs');
    ownFolder(folder, account);
    ownFolder(join(folder, 'tmp'), account);
    mkdirSync(join(directory, 'ours'), { mode: 0o700 });
    const path = commands.environment.PATH ?? commandPath;
    const programs = [commands.fetch, commands.restore, commands.list ?? []].flatMap(([name]) => {
      const found = name === undefined ? { missing: '' } : findProgram(name, path);
      return 'path' in found ? [found.path] : [];
    });
    const reads = [
      ...commands.reads,
      ...programs.filter((program) => !/^\/(usr|bin|sbin|opt)\//.test(program)),
    ];
    return new LocalCommandRoom(
      options,
      await commandWalls({ directory, writable: folder, reads, account, signal }),
    );
  }

  async makeFolder(name: string): Promise<string> {
    const path = join(this.folder, name);
    await rm(path, { recursive: true, force: true });
    ownFolder(path, this.#options.account);
    return path;
  }

  async run(run: CommandRun): Promise<CommandEnd> {
    const { account, commands, onSpawn } = this.#options;
    const [name = '', ...args] = run.words;
    const found = findProgram(name, this.#environment.PATH ?? commandPath);
    if ('missing' in found) return { kind: 'missing', reason: found.missing };
    const { network } = commands;
    const launch = launchCommand(this.#walls, account, { network, folder: this.folder }, [
      found.path,
      ...args,
    ]);
    return runCommand(run, {
      ...{ launch, environment: this.#environment, folder: this.folder, onSpawn },
      secrets: commands.secrets.filter(({ length }) => length >= shortestSecret),
    });
  }

  async take(name: string): Promise<string | null> {
    this.#taken += 1;
    const path = join(dirname(this.folder), 'ours', String(this.#taken));
    try {
      await rename(join(this.folder, name), path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await rm(this.#options.directory, { recursive: true, force: true });
  }
}

function ownFolder(path: string, { uid, gid }: ServerAccount): void {
  mkdirSync(path, { mode: 0o700 });
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}
