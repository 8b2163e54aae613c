import type { ClientConfig } from 'pg';
import type { RestoreOptions } from '../../../ports/recovery.ts';
import type { ServerWatch } from '../tampering/server-watch.ts';
import type { AccountBook } from './account-book.ts';
import type { Session } from './connection.ts';
import type { Decisions } from './decisions.ts';
import type { EndSignal } from './end-signal.ts';
import type { EntryLimit } from './entry-limit.ts';
import type { PhaseClock } from './phase-clock.ts';
import type { RestorePolicy } from './restore-policy.ts';
import type { RoleRegistry } from './role-registry.ts';
import type { TargetFacts } from './server-facts.ts';

/** What every part of one attempt at a restore shares. */
export interface AttemptContext {
  options: RestoreOptions;
  masterRole: string;
  facts: TargetFacts;
  policy: RestorePolicy;
  decisions: Decisions;
  book: AccountBook;
  clock: PhaseClock;
  roles: RoleRegistry;
  /**
   * The first attempt: a statement that somebody cancels counts as one whose connection broke, and is done again. In the second
   * attempt it is told of the dump, whose own code or timeout may be what cancels.
   */
  forgivesCancels: boolean;
  /** What the dump must not change on the server, seen before anything of it ran. */
  watch: ServerWatch;
  /** The session on the maintenance database, for roles and databases. @throws AttemptSpoiled when it was lost: the server may have crashed */
  admin(): Promise<Session>;
  signal: AbortSignal;
  /** Ends statements that make no progress. */
  limit: EntryLimit;
  /** Ends every wait of the attempt. */
  ending: EndSignal;
  /** Databases made by this attempt, to be dropped when it is spoiled. */
  databasesMade: Set<string>;
  /** @throws DrillError of the adapter */
  connectionTo(database: string): Promise<ClientConfig>;
  /** Creates an extension the master has no right to; false when the sandbox has no way to. @throws ServerError, ConnectionLost */
  installExtension(database: string, statement: string): Promise<boolean>;
  progress(currentObject: string | null): void;
}
