import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type DatabaseError } from 'pg';
import { createLocalSandboxHost } from '../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { SandboxLook } from '../../lib/ports/sandbox.ts';

/** What the program is given, as JSON. */
export interface WalledDrill {
  /** Null: this machine has none. */
  preparedRoot: string | null;
  /** Sandboxes and clusters are kept below it. */
  directory: string;
  majorVersion: number;
  /** Folders of a base backup and its WAL; null: a new cluster. */
  archived: { base: string; wal: string } | null;
  /** Each is run as the server's superuser, in a session of its own. */
  statements: string[];
}

/** What the program tells in its first line, as JSON; then it waits for the end of its input. */
export interface WalledDrillReport {
  look: SandboxLook;
  /** From the demand to a server that answers; of a new cluster the first of its kind. */
  readySeconds: number;
  /** The first value of the last row, or the error, for each statement. */
  outcomes: string[];
  /** The postmaster; null where none was started. */
  pid: number | null;
}

const required = {
  maxConnections: 100,
  maxWorkerProcesses: 8,
  maxWalSenders: 10,
  maxPreparedTransactions: 5,
  maxLocksPerTransaction: 64,
};

// One drill as the restore task carries it out: a process with credentials in its environment, and a server beside it.
async function main(): Promise<void> {
  const given: WalledDrill = JSON.parse(process.argv[2] ?? '');
  const host = createLocalSandboxHost({
    stateDirectory: given.directory,
    cacheDirectory: join(given.directory, 'cache'),
    requireWalls: true,
    ...(given.preparedRoot === null ? {} : { preparedRoot: given.preparedRoot }),
  });
  const startedAt = performance.now();
  const { sandboxId } = await host.provision({
    kind: 'local-process',
    drillId: `walled-${process.pid}`,
    database: 'shop',
    majorVersion: given.majorVersion,
    storageBytes: 1_000_000,
    dumpBytes: 100_000,
    mode: 'drill',
    leaseExpiresAt: new Date(Date.now() + 600_000).toISOString(),
    ...(given.archived === null ? {} : { needs: 'data directory' as const }),
  });
  let look = await host.look(sandboxId);
  while (look.state === 'pending') {
    await new Promise((resume) => setTimeout(resume, 10));
    look = await host.look(sandboxId);
  }
  const report: WalledDrillReport = { look, readySeconds: 0, outcomes: [], pid: null };
  if (look.state === 'ready') {
    if (given.archived !== null) await recover(host, sandboxId, given.archived);
    report.readySeconds = (performance.now() - startedAt) / 1000;
    const login = await host.administration?.(look.address);
    const database = given.archived === null ? 'postgres' : 'shop';
    for (const statement of given.statements)
      report.outcomes.push(await outcomeOf({ ...login, database }, statement));
    const lockFile = join(given.directory, 'sandboxes', sandboxId, 'data/postmaster.pid');
    report.pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10);
  }
  process.stdout.write(`${JSON.stringify(report)}\n`);
  for await (const _ of process.stdin);
  await host.remove(sandboxId);
  const leftovers = readdirSync(join(given.directory, 'sandboxes'));
  if (leftovers.length > 0) throw new Error(`there is still ${leftovers.join(', ')}`);
}

async function recover(
  host: LocalSandboxHost,
  sandboxId: string,
  { base, wal }: { base: string; wal: string },
): Promise<void> {
  const place = host.recoveryPlace(sandboxId);
  execFileSync('cp', ['-R', `${base}/.`, place.dataDirectory]);
  const end = await place.replay({
    archive: {
      fetch: async (name, path) => {
        if (!existsSync(join(wal, name))) return false;
        copyFileSync(join(wal, name), path);
        return true;
      },
      after: (name) => readdirSync(wal).filter((other) => other > name),
    },
    target: { kind: 'latest' },
    timeline: null,
    required,
    timeoutSeconds: 60,
    signal: new AbortController().signal,
  });
  if (!end.promoted) throw new Error(JSON.stringify(end.log));
  await place.open(required, false);
}

async function outcomeOf(login: object, statement: string): Promise<string> {
  const client = new Client(login);
  await client.connect();
  try {
    const answer = await client.query({ text: statement, rowMode: 'array' });
    const last = Array.isArray(answer) ? answer.at(-1) : answer;
    return String(last?.rows.at(-1)?.[0] ?? 'done');
  } catch (error) {
    const { message, detail = '' } = error as DatabaseError;
    return `refused: ${message} ${detail}`.trim();
  } finally {
    await client.end();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
