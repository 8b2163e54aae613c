import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  aDirectory,
  anOwner,
  aPlan,
  endOwner,
  nobody,
  type Owner,
  type OwnerOptions,
  removeDirectories,
  runsAsRoot,
} from './sandbox-fixture.ts';

// What root's sandboxes have is in server-walls.postgres.test.ts. Root looks here at one that somebody without rights made.
describe.runIf(runsAsRoot)('the server of a sandbox that an ordinary user made', () => {
  let owner: Owner;
  let options: OwnerOptions;
  let pid: number;
  let isolated: boolean;

  beforeAll(async () => {
    const { drillId, leaseExpiresAt, majorVersion } = aPlan();
    const [stateDirectory, cacheDirectory] = [aDirectory(nobody), aDirectory(nobody)];
    options = { stateDirectory, cacheDirectory, majorVersion, drillId, leaseExpiresAt };
    owner = await anOwner(options, nobody);
    const { look } = owner.report;
    if (look.state !== 'ready') throw new Error(`the sandbox is ${JSON.stringify(look)}`);
    isolated = look.absentWalls === undefined;
    const lockFile = join(stateDirectory, 'sandboxes', look.address.sandboxId, 'data', 'postmaster.pid');
    pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
  }, 300_000);
  afterAll(async () => {
    if (owner !== undefined) await endOwner(owner, options);
    removeDirectories();
  });

  const namespaceOf = (process: number | 'self', kind: string): string =>
    readlinkSync(`/proc/${process}/ns/${kind}`);

  test('runs as that user, who owns more than the sandbox: this wall it has not', () => {
    expect(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]).toBe(String(nobody.uid));
  });

  test('knows nothing of the environment of whoever drills', () => {
    expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('HOME=');
  });

  test('has a network with nothing but a loopback that is down', ({ skip }) => {
    if (!isolated) skip('an ordinary user can make no namespaces here: doctor says why');
    expect(namespaceOf(pid, 'net')).not.toBe(namespaceOf('self', 'net'));
    const [, , ...devices] = readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n');
    expect(devices.map((line) => line.trim().split(':')[0])).toEqual(['lo']);
    // Neither an address nor a route, also none of the loopback itself.
    expect(readFileSync(`/proc/${pid}/net/fib_trie`, 'utf8').trim()).toBe('');
    expect(readFileSync(`/proc/${pid}/net/route`, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('has a root directory without programs, homes and configuration of the machine', ({ skip }) => {
    if (!isolated) skip('an ordinary user can make no namespaces here: doctor says why');
    expect(namespaceOf(pid, 'mnt')).not.toBe(namespaceOf('self', 'mnt'));
    const inside = (path: string): string[] => readdirSync(`/proc/${pid}/root${path}`);
    expect(inside('/')).not.toEqual(expect.arrayContaining(['proc']));
    for (const name of ['bin', 'home', 'root', 'proc', 'sys', 'run']) expect(inside('/')).not.toContain(name);
    expect(inside('/dev').sort()).toEqual(['null', 'urandom', 'zero']);
    expect(inside('/etc')).not.toContain('hostname');
  });

  test('has no capability in its user namespace, and no way to gain one', ({ skip }) => {
    if (!isolated) skip('an ordinary user can make no namespaces here: doctor says why');
    expect(namespaceOf(pid, 'user')).not.toBe(namespaceOf('self', 'user'));
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'));
  });
});
