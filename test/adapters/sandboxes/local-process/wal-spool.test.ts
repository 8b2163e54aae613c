import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WalSpool } from '../../../../lib/adapters/sandboxes/local-process/wal-spool.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'));
  mkdirSync(join(folder, 'wal'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const segment = '000000010000000000000002';

/** As the server has the command run. */
function ask(spool: WalSpool): { exitCode: Promise<number | null>; brought: string } {
  const brought = join(folder, 'brought');
  const command = spool.restoreCommand.replaceAll('%f', segment).replaceAll('%p', brought);
  const shell = spawn('sh', ['-c', command], { stdio: 'ignore' });
  return { exitCode: once(shell, 'exit').then(([code]) => code as number | null), brought };
}

describe('the restore_command of a server in recovery', () => {
  test('gets a file that the archive has', async () => {
    const archive = {
      fetch: async (_: string, path: string) => {
        writeFileSync(path, 'content');
        return true;
      },
      after: () => [],
    };
    const spool = await WalSpool.open(join(folder, 'wal'), archive, owner);
    const { exitCode, brought } = ask(spool);
    expect(await exitCode).toBe(0);
    expect(readFileSync(brought, 'utf8')).toBe('content');
    await spool.close();
  });

  test('ends with 1 where the archive has none', async () => {
    const spool = await WalSpool.open(
      join(folder, 'wal'),
      { fetch: async () => false, after: () => [] },
      owner,
    );
    const { exitCode, brought } = ask(spool);
    expect(await exitCode).toBe(1);
    expect(existsSync(brought)).toBe(false);
    await spool.close();
  });

  test('asks no more when the directory has gone, whoever else waits for it', async () => {
    const spool = await WalSpool.open(
      join(folder, 'wal'),
      { fetch: () => new Promise<boolean>(() => {}), after: () => [] },
      owner,
    );
    const { exitCode } = ask(spool);
    while (!spool.taken.includes(segment)) await new Promise((resume) => setTimeout(resume, 5));
    rmSync(join(folder, 'wal'), { recursive: true });
    expect(await exitCode).toBe(1);
  });
});
