import { literal, quoted } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import { ServerError } from './server-error.ts';

const keyOf = (role: string, schema: string | null): string => JSON.stringify([role, schema]);

/**
 * CREATE lent to future owners: `ALTER … OWNER TO x` by a non-superuser needs x to have CREATE on the schema (on the
 * database, for a schema) at that moment, while dumps grant it only at their end
 * (docs/facts.md#create-for-the-new-owner). What was lent is taken back before the dump's own grants, and nothing else is.
 */
export class CreateGrants {
  readonly #settled = new Set<string>();
  readonly #lent: string[] = [];
  readonly #database: string;

  constructor(database: string) {
    this.#database = database;
  }

  /** Whether `lend` would find nothing to do. */
  isSettled(role: string, schema: string | null): boolean {
    return this.#settled.has(keyOf(role, schema));
  }

  /** @param schema null: the new owner will own a schema, and needs CREATE on the database. */
  async lend(session: Session, role: string, schema: string | null): Promise<void> {
    if (this.isSettled(role, schema)) return;
    this.#settled.add(keyOf(role, schema));
    const [kind, name] = schema === null ? ['DATABASE', this.#database] : ['SCHEMA', schema];
    const asks = `SELECT pg_catalog.has_${kind.toLowerCase()}_privilege(${literal(role)}, ${literal(name)}, 'CREATE')`;
    try {
      const { rows } = await session.text(asks);
      if (rows[0]?.[0] !== 'f') return;
      await session.text(`GRANT CREATE ON ${kind} ${quoted(name)} TO ${quoted(role)}`);
      this.#lent.push(`REVOKE CREATE ON ${kind} ${quoted(name)} FROM ${quoted(role)}`);
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
