import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import fs, { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path, { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { destroySandbox } from '../../../../lib/adapters/sandboxes/local-process/destroy-sandbox.ts';
import { leaseKind } from '../../../../lib/adapters/sandboxes/local-process/lease.ts';
import { aDirectory, removeDirectories } from './sandbox-fixture.ts';

afterAll(removeDirectories);

let parent: string;
let directory: string;
let dataDirectory: string;
let started: ChildProcess[];

beforeEach(() => {
  parent = aDirectory();
  directory = join(parent, 'sandbox-one');
  dataDirectory = join(directory, 'data');
  mkdirSync(dataDirectory, { recursive: true });
  writeLease(null);
  started = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  for (const child of started) child.kill('SIGKILL');
});

function writeLease(serverPid: number | null): void {
  const server = serverPid === null ? null : { pid: serverPid, startedAt: null, host: 'here' };
  const lease = { kind: leaseKind, sandboxId: basename(directory), socketDirectory: directory, server };
  writeFileSync(join(directory, 'lease.json'), JSON.stringify(lease));
}

/** A process that works in a folder, of a program with any name and title: what a wrapped server looks like from outside. */
async function runs(name: string, { title = name, folder = dataDirectory } = {}): Promise<ChildProcess> {
  const program = join(parent, name);
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o755);
  const child = spawn(program, ['600'], { argv0: title, cwd: folder, stdio: 'ignore' });
  started.push(child);
  await new Promise((spawned, failed) => child.once('spawn', spawned).once('error', failed));
  return child;
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
const destroy = () => destroySandbox(directory, { fs, path, execFile, execFileSync });

describe.runIf(process.platform === 'linux')('a server is ended before its directory goes', () => {
  test('where the distribution wraps it under a name of its own, as Nix does', async () => {
    const server = await runs('.postgres-wrapped');

    expect(await destroy()).toBe('gone');
    expect(hasEnded(server)).toBe(true);
    expect(existsSync(directory)).toBe(false);
  });

  test('where only its lock file tells that it is one', async () => {
    const server = await runs('database-engine');
    writeFileSync(join(dataDirectory, 'postmaster.pid'), `${server.pid}\n${dataDirectory}\n`);

    expect(await destroy()).toBe('gone');
    expect(hasEnded(server)).toBe(true);
  });

  test('where only its lease tells that it is one, because it has not come as far as its lock file', async () => {
    const server = await runs('about-to-become-one');
    writeLease(server.pid ?? 0);

    expect(await destroy()).toBe('gone');
    expect(hasEnded(server)).toBe(true);
  });

  test('where it is a session whose postmaster is gone, by the title that it gave itself', async () => {
    const session = await runs('database-engine', { title: 'postgres: master main [local] SELECT' });

    expect(await destroy()).toBe('gone');
    expect(hasEnded(session)).toBe(true);
  });
});

describe.runIf(process.platform === 'linux')('nothing else is ended', () => {
  test('although it works in the data directory: somebody may look at it in a shell', async () => {
    const onlooker = await runs('shell');

    expect(await destroy()).toBe('gone');
    expect(hasEnded(onlooker)).toBe(false);
  });

  test('although it is a server and its number stands in the lock file: it works elsewhere', async () => {
    const other = await runs('postgres', { folder: parent });
    writeFileSync(join(dataDirectory, 'postmaster.pid'), `${other.pid}\n`);

    expect(await destroy()).toBe('gone');
    expect(hasEnded(other)).toBe(false);
  });
});

test('a directory without a lease of ours is left alone', async () => {
  writeFileSync(join(directory, 'lease.json'), JSON.stringify({ kind: 'something else' }));

  expect(await destroy()).toBe('not ours');
  expect(existsSync(dataDirectory)).toBe(true);
});

test('a directory goes also where the system has no program that removes files', async () => {
  mkdirSync(join(dataDirectory, 'base', '1'), { recursive: true });
  writeFileSync(join(dataDirectory, 'base', '1', '1249'), 'rows');
  vi.stubEnv('PATH', parent);

  expect(await destroy()).toBe('gone');
  expect(existsSync(directory)).toBe(false);
});

test('a directory that cannot go keeps its lease, and what is in its way is said', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const refusing = { ...fs, promises: { ...fs.promises, rm: () => Promise.reject(new Error('EBUSY')) } };
  const asked = destroySandbox(directory, { fs: refusing, path, execFile, execFileSync });
  vi.advanceTimersByTime(31_000);

  await expect(asked).rejects.toThrow('EBUSY');
  expect(existsSync(join(directory, 'lease.json'))).toBe(true);
});
