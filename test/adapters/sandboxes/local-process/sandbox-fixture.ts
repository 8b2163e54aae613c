import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { Client, type ClientConfig } from 'pg';
import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import { defaultCacheDirectory } from '../../../../lib/adapters/sandboxes/local-process/storage-roots.ts';
import type { LocalProcessPlan } from '../../../../lib/domain/sandbox/sandbox-plan.ts';
import type { SandboxHost, SandboxLook } from '../../../../lib/ports/sandbox.ts';

export const runsAsRoot = process.getuid?.() === 0;

/** A user without any rights, for tests that root runs as somebody else. */
export const nobody = { uid: 65534, gid: 65534 };

let drills = 0;

export function aPlan(overrides: Partial<LocalProcessPlan> = {}): LocalProcessPlan {
  drills += 1;
  return {
    kind: 'local-process',
    drillId: `test-${process.pid}-${drills}`,
    database: 'cleaning',
    majorVersion: 15,
    storageBytes: 1_000_000,
    dumpBytes: 100_000,
    mode: 'drill',
    leaseExpiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...overrides,
  };
}

const directories: string[] = [];

/**
 * Removes what {@link aDirectory} made. Each file of tests names it in its own `afterAll`: this module is loaded once for
 * many files, so a hook of its own would run after the first of them, and take the owner's program from the next.
 */
export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  builtProgram = null;
}

/** A new directory that its owner and, for root, the server's user can enter. */
export function aDirectory(owner?: { uid: number; gid: number }): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'drill-test-')));
  chmodSync(directory, 0o711);
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
  directories.push(directory);
  return directory;
}

/** The real cache, so that a server is downloaded once per machine and not once per test. */
export const sharedCache = defaultCacheDirectory();

export async function untilSettled(host: SandboxHost, sandboxId: string): Promise<SandboxLook> {
  for (;;) {
    const look = await host.look(sandboxId);
    if (look.state !== 'pending') return look;
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

export async function query<Row extends Record<string, unknown>>(
  config: ClientConfig,
  sql: string,
): Promise<Row[]> {
  const client = new Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Row>(sql);
    return rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Process ids that work inside a directory. Linux; elsewhere none are found. */
export function processesIn(directory: string): number[] {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false;
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
      } catch {
        return false;
      }
    });
}

export async function until(what: string, holds: () => boolean, seconds = 15): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`after ${seconds} s it still does not hold: ${what}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

export interface OwnerOptions {
  stateDirectory: string;
  cacheDirectory: string;
  majorVersion: number;
  drillId: string;
  leaseExpiresAt: string;
  release?: boolean;
}

export interface OwnerReport {
  look: SandboxLook;
  connection: ClientConfig;
  uid: number;
}

/** Another process that owns a sandbox, as a drill in a second terminal does. */
export interface Owner {
  process: ChildProcess;
  report: OwnerReport;
}

export async function anOwner(options: OwnerOptions, as?: { uid: number; gid: number }): Promise<Owner> {
  const child = spawn(process.execPath, [ownerProgram(), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    env: { ...process.env, HOME: '/nonexistent' },
    ...as,
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, report: JSON.parse(line) };
  }
  throw new Error('the owner process ended without a report');
}

/** Ends an owner, whose watchdog removes its sandbox, and sweeps what a test made it leave. */
export async function endOwner(
  owner: Owner,
  { stateDirectory, cacheDirectory }: OwnerOptions,
): Promise<void> {
  owner.process.kill('SIGKILL');
  await until(
    'the owner has ended',
    () => owner.process.exitCode !== null || owner.process.signalCode !== null,
  );
  const clock = { now: () => new Date(8.64e15) };
  await createLocalSandboxHost({ stateDirectory, cacheDirectory, clock }).sweep({ dryRun: false });
}

let builtProgram: string | null = null;

/** Node 20 cannot run TypeScript, so the program is bundled once per test file. */
function ownerProgram(): string {
  if (builtProgram !== null) return builtProgram;
  const directory = aDirectory();
  chmodSync(directory, 0o755);
  const outfile = join(directory, 'owner.cjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'owner-program.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['pg-native'],
    // As a careless bundle might: the watchdog's program must survive both.
    minify: true,
    keepNames: true,
    logLevel: 'error',
  });
  chmodSync(outfile, 0o644);
  builtProgram = outfile;
  return outfile;
}
