import { literal, quoted } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import type { SettingsSnapshot } from './session-settings.ts';

/**
 * Finds the schema of tables that a dump names without one: what pg_dump wrote before 10.3, and what other generators write, is
 * found through the search_path that the dump has set at that place. The server itself is asked, once for each name and path.
 */
export class UnqualifiedNames {
  readonly #ask: <Answer>(question: (session: Session) => Promise<Answer>) => Promise<Answer>;
  readonly #known = new Map<string, string>();

  constructor(ask: <Answer>(question: (session: Session) => Promise<Answer>) => Promise<Answer>) {
    this.#ask = ask;
  }

  /** The schema that a new table without one is made in. @throws what ended the restore */
  schemaOfNew(settings: SettingsSnapshot): Promise<string> {
    return this.#ask(async (session) => {
      await session.apply(settings);
      const { rows } = await session.text('SELECT pg_catalog.current_schema()');
      return rows[0]?.[0] ?? 'public';
    });
  }

  /**
   * The schema that the table is in, or would be made in, at this place of the dump.
   * @throws what ended the restore
   */
  async schemaOf(table: string, settings: SettingsSnapshot): Promise<string> {
    const key = JSON.stringify([table, settings.get('search_path')?.sql ?? null]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await this.#ask(async (session) => {
      await session.apply(settings);
      const { rows } = await session.text(
        `SELECT n.nspname, pg_catalog.current_schema() FROM (VALUES (1)) one
        LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(${literal(quoted(table))})
        LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace`,
      );
      const [inPath, first] = rows[0] ?? [];
      return { inPath: inPath ?? null, first: first ?? null };
    });
    // Only what exists stays where it is.
    if (found.inPath !== null) this.#known.set(key, found.inPath);
    return found.inPath ?? found.first ?? 'public';
  }
}
