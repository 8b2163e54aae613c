import type { ClientConfig } from 'pg';
import type { RestoreRequest } from '../../../ports/recovery.ts';
import type { SandboxAccess } from '../../../ports/sandbox-access.ts';
import { ServerWatch } from '../tampering/server-watch.ts';
import { Session } from './connection.ts';
import type { RestorePolicy } from './restore-policy.ts';
import { askServerFacts, type TargetFacts } from './server-facts.ts';
import { fastLoadSettings } from './session-settings.ts';
import { Slot } from './slot.ts';

/** The database every PostgreSQL server and every RDS instance has: for work on roles and databases only. */
export const maintenanceDatabase = 'postgres';

/** What an attempt's sessions are opened with. */
export interface SessionParts {
  request: Pick<RestoreRequest, 'sandbox' | 'options' | 'signal'>;
  access: SandboxAccess;
  connectionTo(database: string): Promise<ClientConfig>;
  /** Opens a session that code of the dump never uses. */
  overseer(): Promise<Session>;
  loadingPolicy: Promise<RestorePolicy>;
  forgivesCancels: boolean;
}

/** What stands before anything of the dump runs. */
export interface AttemptSessions {
  facts: TargetFacts;
  rolesBefore: ReadonlySet<string | null | undefined>;
  policy: RestorePolicy;
  /** On the maintenance database. */
  admin: Session;
  watch: ServerWatch;
}

/**
 * Asks what the server is like and opens the sessions that stand beside the restore. The watch looks while the others are opened: each
 * waits for the server most of its time. Where one cannot be had, none stays open. @throws DrillError, ServerError, ConnectionLost
 */
export async function openSessions(parts: SessionParts): Promise<AttemptSessions> {
  const { request, access, connectionTo, overseer, loadingPolicy, forgivesCancels } = parts;
  const { sandbox, options, signal } = request;
  const admin = await new Slot(
    true,
    async () =>
      Session.open(await connectionTo(maintenanceDatabase), [], { lostWhenCancelled: forgivesCancels }),
    signal,
  ).get();
  const watching = ServerWatch.begin({
    masterRole: sandbox.masterRole,
    asAdministrator: access.administration !== undefined,
    open: overseer,
  });
  // Whoever awaits it below is told.
  watching.catch(() => {});
  try {
    const facts = await askServerFacts(admin);
    const { rows } = await admin.text('SELECT rolname FROM pg_catalog.pg_roles');
    await admin.text(fastLoadSettings(facts, options.connections, 0).join(';'));
    const [policy, watch] = await Promise.all([loadingPolicy, watching]);
    return { facts, rolesBefore: new Set(rows.map(([name]) => name)), policy, admin, watch };
  } catch (error) {
    await admin.close();
    await watching.then(
      (watch) => watch.close(),
      () => {},
    );
    throw error;
  }
}
