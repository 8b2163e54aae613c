import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import type { RestoreProgress } from '../../../domain/recovery/restore-account.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import type { RestoreRequest } from '../../../ports/recovery.ts';
import type { SandboxAccess } from '../../../ports/sandbox-access.ts';
import { AccountBook } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { maintenanceDatabase, openSessions } from './attempt-sessions.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import { Session } from './connection.ts';
import { Decisions } from './decisions.ts';
import { EndSignal } from './end-signal.ts';
import { EntryLimit } from './entry-limit.ts';
import { PhaseClock } from './phase-clock.ts';
import { RestoreAttempt } from './restore-attempt.ts';
import type { RestorePolicy } from './restore-policy.ts';
import { RoleRegistry } from './role-registry.ts';
import { fromDriver, ServerError } from './server-error.ts';
import { Slot } from './slot.ts';

/** Progress is told this often: a few times a second. */
const progressEveryMs = 250;

/** An attempt with what surrounds it: the administrative session, progress, and the way back. */
export interface AttemptFrame {
  attempt: RestoreAttempt;
  context: AttemptContext;
  countBytesOf(source: { bytesRead(): number }): void;
  /** Drops what this attempt made, so that the next finds a fresh server. @throws DrillError SANDBOX_LOST */
  undo(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the administrative session and prepares an attempt. @throws DrillError, ServerError, ConnectionLost */
export async function startAttempt(
  request: RestoreRequest,
  access: SandboxAccess,
  loadingPolicy: Promise<RestorePolicy>,
  forgivesCancels: boolean,
): Promise<AttemptFrame> {
  const { sandbox, options, signal } = request;
  const connectionTo = (database: string) => access.connection(sandbox, database);
  const overseer = overseerOf(sandbox, access, connectionTo);
  const sessions = await openSessions({
    request,
    access,
    connectionTo,
    overseer,
    loadingPolicy,
    forgivesCancels,
  });
  const { facts, rolesBefore, policy, admin, watch } = sessions;
  // Deliberately not opened anew when lost: a server that dropped this idle session may have crashed and lost commits.
  const alive = async (): Promise<Session> => {
    if (admin.lost)
      throw new AttemptSpoiled(
        'work on the server: the administrative session ended, so it may have crashed',
        admin.loss,
      );
    return admin;
  };
  // The master of a sandbox may end no session, not even its own: code of the dump is the master too.
  const limit = new EntryLimit(options.entryTimeoutSeconds, overseer);
  limit.watch(admin);
  const book = new AccountBook();
  const clock = new PhaseClock();
  let bytesRead = (): number => 0;
  let toldAt = 0;
  let currentObject: string | null = null;
  const tell = (): void => {
    toldAt = Date.now();
    const progress: RestoreProgress = {
      bytesRead: bytesRead(),
      bytesTotal: request.dump.sizeBytes,
      entriesDone: book.entriesDone,
      rowsLoaded: book.rowsLoaded,
      currentObject,
      phase: clock.current,
    };
    request.onProgress(progress);
  };
  const timer = setInterval(tell, progressEveryMs);
  timer.unref();
  const context: AttemptContext = {
    options,
    masterRole: sandbox.masterRole,
    facts,
    policy,
    decisions: new Decisions(policy, facts, sandbox.masterRole),
    book,
    clock,
    roles: new RoleRegistry(alive, facts.majorVersion, sandbox.masterRole, options.createMissingRoles),
    admin: alive,
    forgivesCancels,
    watch,
    signal,
    limit,
    ending: new EndSignal(),
    databasesMade: new Set(),
    connectionTo,
    installExtension: async (database, statement) => {
      if (access.installExtension === undefined) return false;
      await access.installExtension(sandbox, database, statement).catch((error) => {
        throw fromDriver(error);
      });
      return true;
    },
    progress: (object) => {
      currentObject = object;
      if (Date.now() - toldAt >= progressEveryMs) tell();
    },
  };
  const attempt = new RestoreAttempt(context);
  return {
    attempt,
    context,
    countBytesOf: (source) => {
      bytesRead = () => source.bytesRead();
    },
    undo: () => undo(context, rolesBefore),
    close: async () => {
      clearInterval(timer);
      await watch.close();
      await limit.close();
      await admin.close();
    },
  };
}

/** Settings that code of the dump may have left behind for new sessions do not reach this one. */
const overseerOptions = '-c statement_timeout=0 -c search_path=pg_catalog -c local_preload_libraries=';

/**
 * Opens sessions that look at the server and end what stands: the sandbox's administrator's, where it has one that we are.
 * They throw DrillError, ServerError, ConnectionLost.
 */
function overseerOf(
  sandbox: SandboxAddress,
  access: SandboxAccess,
  connectionTo: (database: string) => Promise<ClientConfig>,
): () => Promise<Session> {
  return async () => {
    const login = (await access.administration?.(sandbox)) ?? (await connectionTo(maintenanceDatabase));
    return Session.open({ ...login, options: overseerOptions }, []);
  };
}

async function undo(
  context: AttemptContext,
  rolesBefore: ReadonlySet<string | null | undefined>,
): Promise<void> {
  const slot = new Slot(
    true,
    async () => Session.open(await context.connectionTo(maintenanceDatabase), []),
    context.signal,
  );
  const session = await slot.get();
  const dropAll = async (statements: string[]): Promise<void> => {
    for (const sql of statements) {
      await session.text(sql).catch((error) => {
        // What cannot be dropped fails again, by name, when it is made the second time.
        if (!(error instanceof ServerError)) throw error;
      });
    }
  };
  await endCreations(session);
  // A cluster dump may have made one a template, which cannot be dropped.
  await dropAll([...context.databasesMade].map((name) => `ALTER DATABASE ${quoted(name)} IS_TEMPLATE false`));
  await dropAll(
    [...context.databasesMade].map((name) => `DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`),
  );
  const { rows } = await session.text('SELECT rolname FROM pg_catalog.pg_roles');
  const made = rows.flatMap(([name]) => (typeof name === 'string' && !rolesBefore.has(name) ? [name] : []));
  await dropAll(made.map((name) => `DROP ROLE IF EXISTS ${quoted(name)}`));
  await slot.close();
}

/** A session whose connection broke goes on: the database that it makes would appear after it was dropped. */
async function endCreations(session: Session): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { rows } = await session.text(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = current_user AND pid <> pg_catalog.pg_backend_pid() AND state = 'active' AND query LIKE 'CREATE DATABASE %'`,
    );
    if (rows.length === 0) return;
    await sleep(50);
  }
}
