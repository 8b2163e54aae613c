import type { Session } from './connection.ts';
import { ServerError } from './server-error.ts';
import { identifier, literal } from './sql-text.ts';

/**
 * CREATE lent to future owners: `ALTER … OWNER TO x` by a non-superuser needs x to have CREATE on the schema (on the
 * database, for a schema) at that moment, while dumps grant it only at their end (aws-facts 1a, "Second trap"). What
 * was lent is taken back before the dump's own grants, and nothing else is.
 */
export class CreateGrants {
  readonly #settled = new Set<string>();
  readonly #lent: string[] = [];
  readonly #database: string;

  constructor(database: string) {
    this.#database = database;
  }

  /** @param schema null: the new owner will own a schema, and needs CREATE on the database. */
  async lend(session: Session, role: string, schema: string | null): Promise<void> {
    const key = JSON.stringify([role, schema]);
    if (this.#settled.has(key)) return;
    this.#settled.add(key);
    const [kind, name] = schema === null ? ['DATABASE', this.#database] : ['SCHEMA', schema];
    const asks = `SELECT pg_catalog.has_${kind.toLowerCase()}_privilege(${literal(role)}, ${literal(name)}, 'CREATE')`;
    try {
      const { rows } = await session.text(asks);
      if (rows[0]?.[0] !== 'f') return;
      await session.text(`GRANT CREATE ON ${kind} ${identifier(name)} TO ${identifier(role)}`);
      this.#lent.push(`REVOKE CREATE ON ${kind} ${identifier(name)} FROM ${identifier(role)}`);
    } catch (error) {
      // The statement that needs it will say what is missing.
      if (!(error instanceof ServerError)) throw error;
    }
  }

  get outstanding(): boolean {
    return this.#lent.length > 0;
  }

  /** Takes back everything lent so far. */
  async takeBack(session: Session): Promise<void> {
    this.#settled.clear();
    for (const revoke of this.#lent.splice(0).reverse()) {
      try {
        await session.text(revoke);
      } catch (error) {
        // The schema may have been dropped or renamed by the dump since.
        if (!(error instanceof ServerError)) throw error;
      }
    }
  }
}
