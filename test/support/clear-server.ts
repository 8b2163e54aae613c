/** Runs SQL as the superuser in a database, and gives rows as arrays. */
type RunSql = (database: string, sql: string) => Promise<unknown[][]>;

/** Drops every database, role and tablespace but those that a server starts with. */
export async function dropWhatWasMade(
  sql: RunSql,
  superuser: string,
  roles: readonly string[],
): Promise<void> {
  await dropSubscriptions(sql);
  const made = `datname NOT IN ('postgres', 'template0', 'template1')`;
  await sql('postgres', `UPDATE pg_database SET datistemplate = false WHERE ${made}`);
  await runEach(
    sql,
    `SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE ${made}`,
  );
  const kept = [superuser, ...roles].map((role) => `'${role}'`).join(', ');
  await runEach(
    sql,
    `SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN (${kept})`,
  );
  await runEach(
    sql,
    `SELECT format('DROP TABLESPACE %I', spcname) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')`,
  );
}

/** A subscription keeps its database, and is dropped within it. */
async function dropSubscriptions(sql: RunSql): Promise<void> {
  const subscriptions = await sql(
    'postgres',
    'SELECT datname, quote_ident(subname) FROM pg_subscription JOIN pg_database d ON d.oid = subdbid',
  );
  for (const [database, name] of subscriptions)
    for (const statement of [
      `ALTER SUBSCRIPTION ${name} DISABLE`,
      `ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`,
      `DROP SUBSCRIPTION ${name}`,
    ])
      await sql(String(database), statement);
}

/** Makes anew the databases that every server has, as initdb makes them, and forgets settings of roles. */
export async function renewOwnDatabases(sql: RunSql, owner: string): Promise<void> {
  const renew = async (database: string, from: string, properties: string[]) => {
    await sql(from, `UPDATE pg_database SET datistemplate = false WHERE datname = '${database}'`);
    await sql(from, `DROP DATABASE "${database}" WITH (FORCE)`);
    await sql(from, `CREATE DATABASE "${database}" TEMPLATE template0`);
    for (const property of properties) await sql(from, property);
    await sql(from, `ALTER DATABASE "${database}" OWNER TO ${owner}`);
  };
  await renew('postgres', 'template1', [
    `COMMENT ON DATABASE postgres IS 'default administrative connection database'`,
  ]);
  await renew('template1', 'postgres', [
    `COMMENT ON DATABASE template1 IS 'default template for new databases'`,
    'ALTER DATABASE template1 IS_TEMPLATE true',
    'REVOKE ALL ON DATABASE template1 FROM PUBLIC',
    'GRANT CONNECT ON DATABASE template1 TO PUBLIC',
  ]);
  await runEach(
    sql,
    `SELECT format('ALTER ROLE %I RESET ALL', rolname) FROM pg_roles WHERE rolname !~ '^pg_'`,
  );
}

/** Runs the statements that a query gives. */
async function runEach(sql: RunSql, query: string): Promise<void> {
  for (const [statement] of await sql('postgres', query)) await sql('postgres', String(statement));
}
