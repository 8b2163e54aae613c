import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import {
  aDirectory,
  anOwner,
  aPlan,
  endOwner,
  nobody,
  type OwnerOptions,
  processesIn,
  query,
  removeDirectories,
  runsAsRoot,
  sharedCache,
  until,
  untilSettled,
} from './sandbox-fixture.ts';

afterAll(removeDirectories);

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ownerOptions(overrides: Partial<OwnerOptions> = {}): OwnerOptions {
  const { drillId, leaseExpiresAt } = aPlan();
  return {
    stateDirectory: aDirectory(),
    cacheDirectory: sharedCache,
    majorVersion: 15,
    drillId,
    leaseExpiresAt,
    ...overrides,
  };
}

const hostOf = ({ stateDirectory, cacheDirectory }: OwnerOptions, now?: Date) =>
  createLocalSandboxHost({
    stateDirectory,
    cacheDirectory,
    ...(now === undefined ? {} : { clock: { now: () => now } }),
  });

const sandboxesIn = ({ stateDirectory }: OwnerOptions) => readdirSync(join(stateDirectory, 'sandboxes'));

async function aRunningOwner(options: OwnerOptions, as?: typeof nobody) {
  const owner = await anOwner(options, as);
  cleanups.push(() => endOwner(owner, options));
  return owner;
}

/** Ends the owner and its watchdog together, as a crash of the machine's container runtime may. */
async function killWithWatchdog(options: OwnerOptions, ownerPid: number): Promise<void> {
  const directory = join(options.stateDirectory, 'sandboxes');
  const watchdogs = readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(ownerPid)
      );
    } catch {
      return false;
    }
  });
  // The server is a child of the owner too: only the one that does not work in the sandbox is the watchdog.
  const inside = processesIn(directory);
  for (const pid of watchdogs.map(Number).filter((child) => !inside.includes(child)))
    process.kill(pid, 'SIGKILL');
  process.kill(ownerPid, 'SIGKILL');
}

describe('when the process of a drill ends', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s, neither its server nor its data stays',
    async (signal) => {
      const options = ownerOptions();
      const { process: owner } = await aRunningOwner(options);
      expect(processesIn(options.stateDirectory).length).toBeGreaterThan(3);

      owner.kill(signal);

      await until('nothing of the sandbox is left', () => sandboxesIn(options).length === 0);
      expect(processesIn(options.stateDirectory)).toEqual([]);
    },
  );

  test('by SIGKILL while a cluster is being made, nothing stays either', async () => {
    const options = ownerOptions({ cacheDirectory: aDirectory() });
    const owner = anOwner(options);
    const ended = owner.catch(() => undefined);
    const made = join(options.stateDirectory, 'sandboxes', `sandbox-${options.drillId}`);
    await until('the sandbox is begun', () => existsSync(join(made, 'lease.json')));
    const { owner: identity } = JSON.parse(readFileSync(join(made, 'lease.json'), 'utf8'));

    process.kill(identity.pid, 'SIGKILL');
    await ended;

    await until('nothing of the sandbox is left', () => sandboxesIn(options).length === 0);
    expect(processesIn(options.stateDirectory)).toEqual([]);
  });

  test.runIf(runsAsRoot)('as a normal user by SIGKILL, nothing stays either', async () => {
    const options = ownerOptions({ stateDirectory: aDirectory(nobody), cacheDirectory: aDirectory(nobody) });
    const { process: owner } = await aRunningOwner(options, nobody);

    owner.kill('SIGKILL');

    await until('nothing of the sandbox is left', () => sandboxesIn(options).length === 0);
    expect(processesIn(options.stateDirectory)).toEqual([]);
  });

  test('and it kept its sandbox, the server lives on until a sweep after the lease', async () => {
    const options = ownerOptions({ release: true });
    const { process: owner, report } = await aRunningOwner(options);
    owner.kill('SIGKILL');
    await new Promise((resume) => setTimeout(resume, 1000));

    expect(await query(report.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
    const before = await hostOf(options).sweep({ dryRun: false });
    const after = await hostOf(options, new Date(Date.parse(options.leaseExpiresAt) + 1)).sweep({
      dryRun: false,
    });

    expect(before).toMatchObject({ removed: [], kept: [{ drillId: options.drillId }] });
    expect(after).toMatchObject({ removed: [{ drillId: options.drillId }], kept: [] });
    expect(processesIn(options.stateDirectory)).toEqual([]);
    expect(sandboxesIn(options)).toEqual([]);
  });
});

describe('a sweep', () => {
  test('keeps the sandbox of a drill that runs in another process, even after its lease', async () => {
    const options = ownerOptions({ leaseExpiresAt: new Date(0).toISOString() });
    const { report } = await aRunningOwner(options);

    const swept = await hostOf(options).sweep({ dryRun: false });

    expect(swept).toMatchObject({ removed: [], kept: [{ drillId: options.drillId }] });
    expect(await query(report.connection, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('removes the sandbox whose process and watchdog are dead, and only tells of it in a dry run', async () => {
    const options = ownerOptions();
    const { process: owner } = await aRunningOwner(options);
    await killWithWatchdog(options, owner.pid ?? 0);
    await until('the owner is dead', () => owner.exitCode !== null || owner.signalCode !== null);

    const told = await hostOf(options).sweep({ dryRun: true });
    const serverLives = processesIn(options.stateDirectory).length > 0;
    const done = await hostOf(options).sweep({ dryRun: false });

    expect(told).toMatchObject({ removed: [{ drillId: options.drillId }], kept: [] });
    expect(serverLives).toBe(true);
    expect(done.removed).toHaveLength(1);
    expect(sandboxesIn(options)).toEqual([]);
    expect(processesIn(options.stateDirectory)).toEqual([]);
  });

  test('never takes a later process with the same number for the owner', async () => {
    const options = ownerOptions();
    const { process: owner } = await aRunningOwner(options);
    await killWithWatchdog(options, owner.pid ?? 0);
    const leaseFile = join(options.stateDirectory, 'sandboxes', `sandbox-${options.drillId}`, 'lease.json');
    const lease = JSON.parse(readFileSync(leaseFile, 'utf8'));
    // This test's own process is alive, and is not the one that the lease names.
    writeFileSync(leaseFile, JSON.stringify({ ...lease, owner: { ...lease.owner, pid: process.pid } }));

    const { removed } = await hostOf(options).sweep({ dryRun: false });

    expect(removed).toHaveLength(1);
    expect(processesIn(options.stateDirectory)).toEqual([]);
  });

  test('leaves a sandbox of another container alone until its lease ends', async () => {
    const options = ownerOptions();
    const { process: owner } = await aRunningOwner(options);
    await killWithWatchdog(options, owner.pid ?? 0);
    const leaseFile = join(options.stateDirectory, 'sandboxes', `sandbox-${options.drillId}`, 'lease.json');
    const lease = JSON.parse(readFileSync(leaseFile, 'utf8'));
    writeFileSync(leaseFile, JSON.stringify({ ...lease, owner: { ...lease.owner, host: 'another' } }));

    const before = await hostOf(options).sweep({ dryRun: false });
    const after = await hostOf(options, new Date(Date.parse(lease.leaseExpiresAt))).sweep({ dryRun: false });

    expect(before).toMatchObject({ removed: [], kept: [{ drillId: options.drillId }] });
    expect(after.removed).toHaveLength(1);
  });
});

describe('a second process', () => {
  test('sees a running sandbox, and is refused when it asks for the same drill or removes it', async () => {
    const options = ownerOptions();
    await aRunningOwner(options);
    const host = hostOf(options);
    const sandboxId = host.sandboxIdFor(options.drillId);

    const look = await host.look(sandboxId);

    expect(look).toMatchObject({ state: 'ready' });
    await expect(host.provision(aPlan({ drillId: options.drillId }))).rejects.toMatchObject({
      code: 'DRILL_ALREADY_RUNNING',
    });
    await expect(host.remove(sandboxId)).rejects.toMatchObject({ code: 'DRILL_ALREADY_RUNNING' });
    expect(await host.look(sandboxId)).toMatchObject({ state: 'ready' });
  });

  test('clears what a dead process left when it makes the sandbox of the same drill', async () => {
    const options = ownerOptions();
    const { process: owner } = await aRunningOwner(options);
    await killWithWatchdog(options, owner.pid ?? 0);
    await until('the owner is dead', () => owner.exitCode !== null || owner.signalCode !== null);
    const host = hostOf(options);

    const { sandboxId } = await host.provision(aPlan({ drillId: options.drillId }));
    cleanups.push(() => host.remove(sandboxId));

    expect(await untilSettled(host, sandboxId)).toMatchObject({ state: 'ready' });
  });
});
