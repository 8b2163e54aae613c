import * as z from 'zod';
import { literal } from '../../text/sql-text.ts';
import {
  contentSettingsSql,
  largeObjectCountSql,
  largeObjectsSql,
  sequenceStatementsSql,
  tableStatementsSql,
} from '../../witness/content-sql.ts';
import type { WitnessedTable } from '../../witness/witness.ts';
import type { CheckDatabase } from './check.ts';
import { refusal } from './combined-query.ts';

/** A table as the restored database holds it, by the same SQL as on the source. */
export type RestoredTable =
  | { found: Omit<WitnessedTable, 'partitionOf'> }
  | { refused: { code: 'CHECK_TIMED_OUT' | 'CHECK_COULD_NOT_RUN'; reason: string } };

const answer = z.object({
  schema: z.string(),
  name: z.string(),
  rows: z.number().nullable(),
  content: z.string().nullable(),
  columns: z.array(z.string()),
  leftOut: z.array(z.string()),
  extensions: z.array(z.string()),
});

const keyOf = (table: { schema: string; name: string }) => JSON.stringify([table.schema, table.name]);

/**
 * Asks the restored database what its witness was asked. The statements come from its own catalog, each runs for
 * itself, and a column whose text a function of the dump would make is in none of them.
 *
 * @param tables those to ask for; of one without content only the rows are counted
 * @returns by schema and name; what is not there is missing
 */
export async function readContent(
  tables: readonly WitnessedTable[],
  database: CheckDatabase,
): Promise<(RestoredTable | null)[]> {
  await database.query(contentSettingsSql);
  const answers = new Map<string, RestoredTable>();
  for (const counted of [false, true]) {
    const asked = tables.filter(({ content }) => (content === null) === counted);
    if (asked.length === 0) continue;
    const names = asked.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`);
    const wanted = `(n.nspname::pg_catalog.text, c.relname::pg_catalog.text) in (values ${names.join(', ')})`;
    const choice = { countsOnly: counted ? ['*'] : [], excluded: [] };
    const statements = await database.query(tableStatementsSql(choice, wanted));
    for (const { schema, name, statement } of statements)
      answers.set(
        keyOf({ schema: String(schema), name: String(name) }),
        await ask(String(statement), database),
      );
  }
  return tables.map((table) => answers.get(keyOf(table)) ?? null);
}

async function ask(statement: string, database: CheckDatabase): Promise<RestoredTable> {
  try {
    // After an error the session begins a new transaction, without the settings.
    await database.query(contentSettingsSql);
    const [row] = await database.query(statement);
    return { found: answer.parse(JSON.parse(String(row?.entry))) };
  } catch (error) {
    return { refused: refusal(error) };
  }
}

/** Reads the next number of each sequence; null for one that is not there. */
export async function readSequences(
  sequences: readonly { schema: string; name: string }[],
  database: CheckDatabase,
): Promise<(string | null)[]> {
  if (sequences.length === 0) return [];
  const names = sequences.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`);
  const wanted = `(n.nspname::pg_catalog.text, c.relname::pg_catalog.text) in (values ${names.join(', ')})`;
  const statements = await database.query(sequenceStatementsSql(wanted));
  if (statements.length === 0) return sequences.map(() => null);
  const rows = await database.query(
    statements.map(({ statement }) => String(statement)).join('\nunion all\n'),
  );
  const next = new Map(
    rows.map((row) => {
      const entry = sequenceAnswer.parse(JSON.parse(String(row.entry)));
      return [keyOf(entry), entry.next];
    }),
  );
  return sequences.map((sequence) => next.get(keyOf(sequence)) ?? null);
}

const sequenceAnswer = z.object({ schema: z.string(), name: z.string(), next: z.string() });

/** Counts large objects and, when asked to, reads them. */
export async function readLargeObjects(
  withContent: boolean,
  database: CheckDatabase,
): Promise<{ count: number; content: string | null }> {
  const [row] = await database.query(withContent ? largeObjectsSql : largeObjectCountSql);
  return largeObjectAnswer.parse(JSON.parse(String(row?.entry)));
}

const largeObjectAnswer = z.object({ count: z.number(), content: z.string().nullable() });

/** Extensions of the restored database with their versions. */
export async function readExtensionVersions(database: CheckDatabase): Promise<Record<string, string>> {
  const rows = await database.query('select extname, extversion from pg_catalog.pg_extension');
  return Object.fromEntries(rows.map((row) => [String(row.extname), String(row.extversion)]));
}
