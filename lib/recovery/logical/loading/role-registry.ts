import { quoted } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import { ServerError } from './server-error.ts';

/** Words that stand for roles without being one, and the server's own roles. */
const isSpecial = (role: string): boolean =>
  role.startsWith('pg_') ||
  ['public', 'current_user', 'current_role', 'session_user'].includes(role.toLowerCase());

/**
 * Roles of the server, and those the dump needs. Work on roles happens one at a time on the administrative session.
 *
 * To give an object away the master must be able to act as the new owner (docs/facts.md#acting-as-an-owner): up to 15
 * by membership, which CREATEROLE may grant itself; from 16 by createrole_self_grant, set when the session was opened.
 */
export class RoleRegistry {
  readonly created: string[] = [];
  #known = new Set<string>();
  readonly #joined = new Set<string>();
  #stale = true;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #session: () => Promise<Session>;
  readonly #majorVersion: number;
  readonly #masterRole: string;
  readonly #createMissing: boolean;

  constructor(
    session: () => Promise<Session>,
    majorVersion: number,
    masterRole: string,
    createMissing: boolean,
  ) {
    this.#session = session;
    this.#majorVersion = majorVersion;
    this.#masterRole = masterRole;
    this.#createMissing = createMissing;
  }

  /** Roles may have changed: a role statement ran. */
  invalidate(): void {
    this.#stale = true;
  }

  /** Whether `ensure` would find nothing to do. */
  areReady(roles: readonly string[]): boolean {
    const wanted = this.#wanted(roles);
    return wanted.length === 0 || (!this.#stale && wanted.every((role) => this.#joined.has(role)));
  }

  /** Makes sure of the roles a statement names. @returns those that are missing and were not created */
  ensure(roles: readonly string[]): Promise<string[]> {
    if (this.areReady(roles)) return Promise.resolve([]);
    const wanted = this.#wanted(roles);
    const result = this.#turn.then(() => this.#ensureNow(wanted));
    this.#turn = result.catch(() => {});
    return result;
  }

  #wanted(roles: readonly string[]): string[] {
    return roles.filter((role) => !isSpecial(role) && role !== this.#masterRole);
  }

  async #ensureNow(wanted: string[]): Promise<string[]> {
    const session = await this.#session();
    if (this.#stale) await this.#refresh(session);
    const missing: string[] = [];
    for (const role of wanted) {
      if (!this.#known.has(role) && !(await this.#create(session, role))) missing.push(role);
      else await this.#join(session, role);
    }
    return missing;
  }

  async #refresh(session: Session): Promise<void> {
    const { rows } = await session.text('SELECT rolname FROM pg_catalog.pg_roles');
    this.#known = new Set(rows.flatMap(([name]) => (typeof name === 'string' ? [name] : [])));
    this.#stale = false;
  }

  async #create(session: Session, role: string): Promise<boolean> {
    if (!this.#createMissing) return false;
    const done = await succeeds(session, `CREATE ROLE ${quoted(role)} NOLOGIN`);
    if (!done) return false;
    this.#known.add(role);
    this.created.push(role);
    await this.#join(session, role);
    return true;
  }

  /** A refusal shows later, at the statement that needs the membership, with its own entry. */
  async #join(session: Session, role: string): Promise<void> {
    if (this.#joined.has(role)) return;
    this.#joined.add(role);
    const options = this.#majorVersion >= 16 ? ' WITH INHERIT TRUE, SET TRUE' : '';
    await succeeds(session, `GRANT ${quoted(role)} TO ${quoted(this.#masterRole)}${options}`);
  }
}

async function succeeds(session: Session, sql: string): Promise<boolean> {
  try {
    await session.text(sql);
    return true;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}
