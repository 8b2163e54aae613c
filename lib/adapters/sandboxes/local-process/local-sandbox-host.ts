import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import type { CarriedFrom } from '../../../ports/cluster-dump.ts';
import type { SandboxLook } from '../../../ports/sandbox.ts';
import { administratorLogin } from './administrator.ts';
import { readerRole } from './admit-drill.ts';
import { dumpCluster } from './cluster-dump.ts';
import { describeWalls } from './describe-walls.ts';
import { describeServers } from './find-server.ts';
import { installExtension } from './install-extension.ts';
import { type Lease, readLease, writeLease } from './lease.ts';
import { LocalCommandRoom } from './local-command-room.ts';
import type { KeptSandbox, LocalSandboxHost, LocalSandboxOptions } from './local-sandbox-options.ts';
import { openTransactions } from './open-transactions.ts';
import { makeRecoverySandbox } from './recovery-sandbox.ts';
import { removeSandboxDirectory } from './remove-sandbox.ts';
import { isSandboxId, makeSandboxDirectory, sandboxFiles, sandboxIdOf } from './sandbox-directory.ts';
import { makeSandbox, type RunningSandbox } from './sandbox-job.ts';
import { brokenBy, lookFromOutside, lost, readyBy, refuseLiving } from './sandbox-look.ts';
import { type ServerAccount, sandboxAccount, serverAccount } from './server-account.ts';
import { logTail } from './server-process.ts';
import { adminRole } from './server-settings.ts';
import { fallbackRoots, usableDirectory } from './storage-roots.ts';
import { sweepSandboxes } from './sweep.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

/** A sandbox that this process makes or has made. */
interface OwnSandbox {
  directory: string;
  lease: Lease;
  watchdog: Watchdog;
  giveUp: AbortController;
  /** Settles when making it has ended, well or not. */
  made: Promise<void>;
  state:
    | { name: 'pending'; detail: string }
    | { name: 'ready'; running: RunningSandbox }
    | { name: 'broken'; error: unknown };
}

/**
 * Sandboxes as PostgreSQL server processes of this machine, each in a directory of its own with a lease in it.
 * A watchdog process per sandbox removes it when this process ends in whatever way; sweep() removes what even that left.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE when this machine cannot run any server (Windows; root without a user to lend).
 */
export function createLocalSandboxHost(options: LocalSandboxOptions): LocalSandboxHost {
  const own = new Map<string, OwnSandbox>();
  const now = () => options.clock?.now() ?? new Date();

  // Found on first use, so that building the host touches nothing.
  let account: ServerAccount | null = null;
  const ownAccount = () => {
    account ??= serverAccount();
    return account;
  };
  const stateRoots = fallbackRoots(options.stateDirectory, 'state');
  const sandboxParents = [...new Set([...stateRoots, ...(options.earlierStateDirectories ?? [])])].map(
    (root) => join(root, 'sandboxes'),
  );

  /** Where a sandbox of an earlier or other process lies, or null. */
  function leasedDirectory(sandboxId: string): { directory: string; lease: Lease } | null {
    if (!isSandboxId(sandboxId)) return null;
    for (const parent of sandboxParents) {
      const directory = join(parent, sandboxId);
      const lease = readLease(directory);
      if (lease !== null) return { directory, lease };
    }
    return null;
  }

  async function provision(plan: SandboxDemand): Promise<{ sandboxId: string }> {
    const sandboxId = sandboxIdOf(plan.drillId);
    if (own.has(sandboxId)) return { sandboxId };
    const parent = usableDirectory(stateRoots, 'sandboxes', ownAccount());
    const cacheDirectory = usableDirectory(fallbackRoots(options.cacheDirectory, 'cache'), '.', ownAccount());
    const former = leasedDirectory(sandboxId);
    if (former !== null) {
      refuseLiving(former.lease);
      await removeSandboxDirectory(former.directory);
    }
    const directory = join(parent, sandboxId);
    const watchdog = startWatchdog(directory);
    const lease = makeSandboxDirectory(directory, plan);
    if (lease === null) {
      watchdog.dismiss();
      throw new DrillError(
        'SANDBOX_UNAVAILABLE',
        `${directory} exists and is not a sandbox of restore-drill`,
        {
          hint: 'Look at what it is, and move it away.',
        },
      );
    }
    const giveUp = new AbortController();
    const sandbox: OwnSandbox = {
      directory,
      lease,
      watchdog,
      giveUp,
      made: Promise.resolve(),
      state: { name: 'pending', detail: 'starting' },
    };
    own.set(sandboxId, sandbox);
    const make = plan.needs === 'data directory' ? makeRecoverySandbox : makeSandbox;
    const making = make({
      plan,
      files: sandboxFiles(directory),
      lease,
      account: ownAccount(),
      cacheDirectory,
      transport: options.transport ?? 'socket',
      port: options.port ?? null,
      preparedRoot: options.preparedRoot ?? null,
      requireWalls: options.requireWalls ?? false,
      hooks: options.hooks ?? false,
      signal: giveUp.signal,
      onProgress(progress) {
        sandbox.state = { name: 'pending', detail: progress.detail };
        options.onProgress?.(sandboxId, progress);
      },
    });
    sandbox.made = making.then(
      (running) => {
        sandbox.state = { name: 'ready', running };
      },
      (error: unknown) => {
        sandbox.state = { name: 'broken', error };
      },
    );
    return { sandboxId };
  }

  async function look(sandboxId: string): Promise<SandboxLook> {
    const sandbox = own.get(sandboxId);
    if (sandbox === undefined) return lookFromOutside(leasedDirectory(sandboxId));
    const { state } = sandbox;
    if (state.name === 'pending') return { state: 'pending', detail: state.detail };
    if (state.name === 'broken') return brokenBy(state.error);
    const ending = state.running.server?.ending() ?? null;
    if (ending === null) return readyBy(sandbox.lease, state.running.address);
    return lost(`the server process ended (${ending})${logTail(sandboxFiles(sandbox.directory).logFile)}`);
  }

  async function remove(sandboxId: string): Promise<void> {
    const sandbox = own.get(sandboxId);
    if (sandbox === undefined) {
      const found = leasedDirectory(sandboxId);
      if (found === null) return;
      if (!found.lease.released) refuseLiving(found.lease);
      await removeSandboxDirectory(found.directory);
      return;
    }
    sandbox.giveUp.abort();
    await sandbox.made;
    await removeSandboxDirectory(sandbox.directory);
    // Only now: until here the watchdog finishes what an interruption of ours leaves.
    sandbox.watchdog.dismiss();
    own.delete(sandboxId);
  }

  async function connection(address: SandboxAddress, database: string) {
    const state = own.get(address.sandboxId)?.state;
    const password = state?.name === 'ready' ? state.running.password : storedPassword(address.sandboxId);
    const { host, port, masterRole: user } = address;
    // `options` keeps PGOPTIONS of the caller's environment away.
    return { host, port, user, password, database, ssl: false, options: '-c statement_timeout=0' };
  }

  function administratorOf({ sandboxId, port }: SandboxAddress, database: string) {
    const lease = own.get(sandboxId)?.lease ?? leasedDirectory(sandboxId)?.lease;
    if (lease === undefined) throw noSuchSandbox(sandboxId);
    return administratorLogin({ socketDirectory: lease.socketDirectory, port }, database);
  }

  function storedPassword(sandboxId: string): string {
    try {
      const { directory } = leasedDirectory(sandboxId) ?? { directory: '' };
      const line = readFileSync(sandboxFiles(directory).passwordFile, 'utf8').trim();
      return line.slice(line.lastIndexOf(':') + 1);
    } catch (cause) {
      throw noSuchSandbox(sandboxId, cause);
    }
  }

  async function commandRoom(commands: BackupCommands, signal: AbortSignal): Promise<CommandRoom> {
    const parent = usableDirectory(stateRoots, 'sandboxes', ownAccount());
    const around = mkdtempSync(join(parent, '.new-'));
    chmodSync(around, 0o711);
    const account = sandboxAccount(ownAccount(), basename(around), [around]);
    const directory = join(around, 'commands');
    const room = await LocalCommandRoom.open({ directory, account, commands, signal, onSpawn: () => {} });
    return Object.assign(room, { close: () => rm(around, { recursive: true, force: true }) });
  }

  function carriedFrom(address: SandboxAddress): CarriedFrom {
    const sandbox = own.get(address.sandboxId);
    if (sandbox?.state.name !== 'ready') throw noSuchSandbox(address.sandboxId);
    const { binDirectory } = sandbox.state.running;
    const { socketDirectory } = sandbox.lease;
    return {
      dump: (signal) => dumpCluster({ binDirectory, socketDirectory, port: address.port }, signal),
      connection: (database) => connection(address, database),
      openTransactions: async () => openTransactions(await connection(address, 'template1')),
      ownRoles: [adminRole, readerRole],
    };
  }

  async function release(sandboxId: string): Promise<KeptSandbox> {
    const sandbox = own.get(sandboxId);
    const seen = await look(sandboxId);
    if (sandbox === undefined || seen.state !== 'ready') {
      throw new DrillError('SANDBOX_LOST', `the sandbox ${sandboxId} is ${seen.state} and cannot be kept`, {
        hint: 'Start the drill again.',
      });
    }
    sandbox.lease.released = true;
    writeLease(sandbox.directory, sandbox.lease);
    sandbox.watchdog.dismiss();
    const { host, port, masterRole: user } = seen.address;
    const { passwordFile, directory } = sandboxFiles(sandbox.directory);
    const psqlCommand = `PGPASSFILE='${passwordFile}' psql -h '${host}' -p ${port} -U ${user} postgres`;
    const { leaseExpiresAt } = sandbox.lease;
    return { sandboxId, directory, host, port, user, passwordFile, psqlCommand, leaseExpiresAt };
  }

  return {
    kinds: ['local-process'],
    sandboxIdFor: (drillId) => sandboxIdOf(drillId),
    preflight: async (demand) => ({
      possible: true,
      plan: { kind: 'local-process', ...demand },
      findings: [],
    }),
    provision,
    look,
    remove,
    connection,
    administration: async (address) => administratorOf(address, 'postgres'),
    recoveryPlace: (sandboxId) => {
      const state = own.get(sandboxId)?.state;
      const place = state?.name === 'ready' ? state.running.place : null;
      if (place === null) throw noSuchSandbox(sandboxId);
      return place;
    },
    carriedFrom: (address) => carriedFrom(address),
    commandRoom,
    ownerLogin({ sandboxId }) {
      const state = own.get(sandboxId)?.state;
      const owner = state?.name === 'ready' ? state.running.owner : null;
      if (owner === null) throw noSuchSandbox(sandboxId);
      return owner;
    },
    installExtension: (address, database, statement) =>
      installExtension(administratorOf(address, database), address.masterRole, statement),
    release,
    sweep: ({ dryRun }) => sweepSandboxes(sandboxParents, now(), dryRun),
    describeServers: () =>
      describeServers(
        usableDirectory(fallbackRoots(options.cacheDirectory, 'cache'), '.', ownAccount()),
        ownAccount(),
      ),
    describeWalls: async () =>
      describeWalls(
        usableDirectory(stateRoots, 'sandboxes', ownAccount()),
        ownAccount(),
        options.preparedRoot ?? null,
      ),
  };
}

function noSuchSandbox(sandboxId: string, cause?: unknown): DrillError {
  return new DrillError('SANDBOX_LOST', `the sandbox ${sandboxId} does not exist`, {
    hint: 'Start the drill again.',
    cause,
  });
}
