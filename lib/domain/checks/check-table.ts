import type { CheckKind } from './asking/check.ts';
import { checkKinds } from './registry.ts';

/** docs/checks.md, generated from the registry so that it cannot fall behind the code. */
export function renderCheckTable(): string {
  const table = (kinds: readonly CheckKind<unknown, unknown>[]) =>
    ['| check | what it asks | findings it can give |', '|---|---|---|', ...kinds.map(row)].join('\n');
  return `# Checks

<!-- Generated from lib/domain/checks/registry.ts by renderCheckTable(). Do not edit. -->

Every check reads only, in a transaction of its own (\`BEGIN READ ONLY\`), with a statement timeout, with
\`row_security = off\` (rows hidden by a policy make a check fail to run, never a smaller count) and with \`TimeZone\` UTC.
A check passes, fails, or could not run; what could not run never counts as passed. Findings hold names, counts,
timestamps and the numbers you asked to compare – never other values of your rows.

## Without any configuration

${table(checkKinds.filter(({ origin }) => origin === 'built-in'))}

What this proves, and what it does not:

- **Unique indexes** are proven by construction. The server built them over the restored rows and refuses duplicates
  while doing so; the drill makes sure that each exists, is unique and valid. It does not read the index again, and the
  collation is that of the sandbox.
- **Foreign keys** are counted anew by an anti-join, whatever their state says, because a dump can restore a NOT VALID
  key over orphans without an error.
- **NOT VALID and NOT ENFORCED** CHECK constraints are named. Rows that break them are not counted.
- **Sequences** are compared with integer and numeric columns whose default is the sequence's plain number. A default
  that computes with the number is not compared.
- **Row counts** compare with what the dump holds, so they find what the restore lost – not what the dump never had.
  \`tables\` and \`rows\` find that.

## By configuration, in \`checks:\` of drills.yaml

Each entry is an object with one of these keys; \`database\` (of a cluster dump) and \`statementTimeout\` may stand beside it.

${table(checkKinds.filter(({ origin }) => origin === 'configured'))}

\`\`\`yaml
checks:
  - tables: [bookings, app.leads]
  - rows: { table: bookings, min: 1000, maxDrop: 5% }
  - unique: { table: users, on: "lower(email)", where: "deleted_at is null" }
  - freshness: { table: bookings, column: created_at, maxAge: 24h }
  - freshness: { query: "select max(created_at) from leads", maxAge: 26h }
  - migrations: { table: schema_migrations, column: version, head: "20261117093000" }
  - migrations: { table: flyway_schema_history, where: success, count: { atLeast: 31 } }
  - foreignKeys: { all: true }
  - sql: { name: one granting subscription, query: "select count(*) from …", expect: 0 }
  - sql: { name: no unpaid orders without a customer, query: "select 1 from …", expect: empty }
  - login: { role: app, passwordEnv: APP_PASSWORD }
    database: shop
    statementTimeout: 2m
\`\`\`

- Queries see the search_path that the database and the master role have; the built-in checks use none.
- A query is one SELECT (or VALUES, TABLE, WITH … SELECT). Anything else, and anything after a semicolon, is refused.
- \`expect\` is a value, \`empty\`, \`notEmpty\`, \`{ equals }\`, \`{ atLeast, atMost }\` or \`{ between: [low, high] }\`.
  An answer without rows is not 0, and NULL is not 0. Numbers are compared exactly, also beyond 15 digits (write those
  in quotes). A text that differs is never repeated in a finding.
- \`freshness\` measures from the moment of the dump. A newest row later than that (by more than five minutes, or by more
  than is unknown of the dump's time zone) tells of planned events rather than of writes; such a column cannot prove
  freshness, and the check says that it could not run.
- \`maxDrop\` compares with the last proven drill. Until there is one, the record lists it as not tested.
- \`login\` never carries a password in drills.yaml, only the name of an environment variable.
`;
}

function row({ kind, asks, findings }: CheckKind<unknown, unknown>): string {
  const codes = findings.map((code) => `[${code}](findings.md#${code.toLowerCase()})`).join(', ');
  return `| \`${kind}\` | ${asks.replaceAll('|', '\\|')} | ${codes} |`;
}
