import type { TestServer } from '../../support/server.ts';

/**
 * Rows and their digest for every relation that holds rows: what no dump carries (materialized views) and what needs no
 * pg_dump of the server's version. The digest does not depend on the order of rows.
 */
export async function contentOfRelations(
  server: TestServer,
  database: string,
  kinds = `'r', 'm'`,
): Promise<Record<string, string>> {
  const relations = await server.sql(
    database,
    `SELECT format('%I.%I', n.nspname, c.relname), c.relispopulated FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN (${kinds}) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
  );
  const content: Record<string, string> = {};
  for (const [name, populated] of relations) {
    const relation = String(name);
    if (populated !== true) {
      content[relation] = 'not populated';
      continue;
    }
    const [[rows, digest] = []] = await server.sql(
      database,
      `SELECT count(*)::text, coalesce(sum(hashtextextended(md5(t::text), 0)::numeric), 0)::text FROM ONLY ${relation} t`,
    );
    content[relation] = `${rows} rows, ${digest}`;
  }
  return content;
}

/** Indexes that the server does not use: an attachment that was lost leaves a partitioned index invalid, and no dump shows it. */
export async function invalidIndexes(server: TestServer, database: string): Promise<unknown[][]> {
  return server.sql(
    database,
    'SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready) ORDER BY 1',
  );
}
