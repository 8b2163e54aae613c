/**
 * The RDS policy in one table: what of a dump is kept, dropped, rewritten, deferred or refused, and why. Every decision
 * names its rule here; docs/restoring.md is generated from it. Sources: RDS user guide, PostgreSQL documentation, and
 * what servers 14 to 18 answered to a role with exactly the master's rights (LOGIN CREATEDB CREATEROLE, no superuser).
 */
export type RuleAction = 'kept' | 'rewritten' | 'deferred' | 'dropped' | 'refused';

export interface PolicyRule {
  readonly action: RuleAction;
  /** What it is about, in plain words. */
  readonly matches: string;
  readonly why: string;
  /** First and last server major it applies to; absent: all of them. */
  readonly since?: number;
  readonly until?: number;
  /** Where the reason can be looked up. */
  readonly source: string;
}

const asMaster = 'run as such a role on PostgreSQL 14 to 18';
const rule = (
  action: RuleAction,
  matches: string,
  why: string,
  source: string,
  versions: { since?: number; until?: number } = {},
): PolicyRule => ({ action, matches, why, source, ...versions });

export const policyRules = {
  // ── roles and memberships
  'role-attributes': rule(
    'rewritten',
    '`CREATE/ALTER ROLE` with (NO)SUPERUSER, (NO)REPLICATION, (NO)BYPASSRLS',
    'Naming any of them, even the negative form, makes a server refuse the whole statement to a master that is no superuser, and LOGIN and PASSWORD are lost with it. The words go, the rest stays.',
    asMaster,
  ),
  'role-reserved': rule(
    'dropped',
    '`CREATE/ALTER ROLE` of the master itself, `postgres`, `rdsadmin`, `rds_*`, `pg_*`',
    'These belong to the server. The master stands for the bootstrap superuser of the dump; changing the master would change the session that restores.',
    'PostgreSQL: Predefined Roles; RDS: rds_superuser',
  ),
  'role-password': rule(
    'kept',
    '`PASSWORD` of a role',
    'Hashed passwords are needed to log in after a real restore. They are executed and never shown.',
    asMaster,
  ),
  'role-drop': rule(
    'dropped',
    '`DROP ROLE` (dumps made with --clean)',
    'A fresh server has none of them.',
    'pg_dumpall --clean',
  ),
  'role-settings-everywhere': rule(
    'dropped',
    '`ALTER ROLE ALL SET`',
    'Only a superuser may set a parameter for every role of a server; on RDS this is the parameter group.',
    asMaster,
  ),
  'membership-grantor': rule(
    'rewritten',
    '`GRANTED BY` in the grant of a role',
    'Only a superuser may name another grantor. The membership stays, the grantor is the master.',
    asMaster,
  ),
  'membership-options': rule(
    'rewritten',
    '`WITH INHERIT` and `WITH SET` in the grant of a role',
    'These options are a syntax error before 16; `ADMIN` is kept.',
    'PostgreSQL 16: GRANT',
    { until: 15 },
  ),
  'membership-predefined': rule(
    'dropped',
    'Membership in a `pg_*` role',
    'Needs ADMIN on the predefined role, which the master does not have since 16.',
    asMaster,
    { since: 16 },
  ),
  'membership-server-files': rule(
    'dropped',
    'Membership in `pg_execute_server_program`, `pg_read_server_files`, `pg_write_server_files`',
    'It would let code inside the dump leave the database; RDS does not give it either.',
    'PostgreSQL: Predefined Roles',
  ),
  'membership-withheld': rule(
    'dropped',
    'Membership in a role that counts as a superuser on the server',
    'A sandbox on your machine keeps `pg_signal_backend` for itself, so that code inside the dump cannot end the sessions that restore it.',
    'design of the sandbox',
  ),
  'membership-bootstrap': rule(
    'dropped',
    'Membership of, or in, the master, `postgres`, `rdsadmin`, `rds_*`',
    'The master is given the memberships it needs by the restore; nobody may become the master.',
    asMaster,
  ),
  // ── owners and privileges
  'owner-kept': rule(
    'kept',
    '`ALTER … OWNER TO` a role that exists or can be created',
    'The master is made a member of the role and the role may create in the schema while it runs.',
    asMaster,
  ),
  'owner-bootstrap': rule(
    'dropped',
    '`ALTER … OWNER TO` the master, `postgres`, `rdsadmin`, `rds_*`',
    'The master restores the object and so owns it already.',
    'design of the policy',
  ),
  'owner-public-schema': rule(
    'dropped',
    '`ALTER SCHEMA public OWNER TO`, `COMMENT ON SCHEMA public`, `GRANT`/`REVOKE … ON SCHEMA public`',
    'Before 15 the schema `public` belongs to the superuser.',
    asMaster,
    { until: 14 },
  ),
  'grant-grantor': rule(
    'rewritten',
    '`GRANTED BY` in GRANT and REVOKE',
    'Only a superuser may name another grantor.',
    'PostgreSQL: GRANT',
  ),
  'grant-bootstrap': rule(
    'dropped',
    '`GRANT`/`REVOKE` to or from the master, `postgres`, `rdsadmin`, `rds_*`',
    'They own what they restored, and losing a right to their own objects would stop the checks. Other grantees of the same statement stay.',
    'design of the policy',
  ),
  'grant-system-object': rule(
    'dropped',
    '`GRANT`/`REVOKE` on objects of the system: `pg_catalog`, foreign-data wrappers, parameters, tablespaces',
    'They belong to the superuser.',
    asMaster,
  ),
  'default-privileges-last': rule(
    'deferred',
    '`ALTER DEFAULT PRIVILEGES`',
    'Earlier, it would give rights on the very objects that the restore still creates.',
    'PostgreSQL: ALTER DEFAULT PRIVILEGES',
  ),
  'default-privileges-bootstrap': rule(
    'rewritten',
    '`ALTER DEFAULT PRIVILEGES FOR ROLE postgres`',
    'The master stands for the bootstrap superuser.',
    'design of the policy',
  ),
  'session-authorization': rule(
    'dropped',
    '`SET SESSION AUTHORIZATION`',
    'Always refused to a master. pg_dump writes it around grants whose grantor is not the owner, and everywhere with --use-set-session-authorization.',
    asMaster,
  ),
  // ── databases
  'database-create': rule(
    'dropped',
    '`CREATE DATABASE`',
    "The restore makes the database itself, from template0 with a locale this server has; the dump's wish is read for that.",
    'locale providers differ by version (builtin since 17)',
  ),
  'database-drop': rule(
    'dropped',
    '`DROP DATABASE`',
    'A fresh sandbox has none of them, and a dump never removes a database.',
    'pg_dump --clean --create',
  ),
  'database-template-flag': rule(
    'dropped',
    '`UPDATE pg_catalog.pg_database SET datistemplate`',
    'Dumps made with --clean --create write it before they drop a template database. It is the one write to the catalog that a dump holds; it is not executed.',
    'pg_dump --clean --create',
  ),
  'database-name': rule(
    'rewritten',
    "The dump's database name in `ALTER DATABASE`, `GRANT … ON DATABASE`, `ALTER ROLE … IN DATABASE`",
    'The database has another name in the sandbox.',
    'design of the policy',
  ),
  'database-settings-last': rule(
    'deferred',
    '`ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET`',
    'A setting such as default_transaction_read_only would hit the connections of the restore itself.',
    'PostgreSQL: ALTER DATABASE',
  ),
  'database-session-role': rule(
    'dropped',
    '`ALTER DATABASE … SET role` or session_authorization',
    'It would change who every later session is, the checks among them.',
    'PostgreSQL: SET ROLE',
  ),
  'database-owner-last': rule(
    'deferred',
    '`ALTER DATABASE … OWNER TO`',
    "The owner's rights on the schema public are needed until the end.",
    'PostgreSQL: pg_database_owner',
  ),
  'database-limits': rule(
    'dropped',
    '`ALTER DATABASE` with CONNECTION LIMIT, ALLOW_CONNECTIONS, TABLESPACE',
    'The restore and its checks need their connections; tablespaces are not restored.',
    'design of the policy',
  ),
  'database-system': rule(
    'dropped',
    '`ALTER DATABASE`/`GRANT … ON DATABASE` of postgres, template0, template1, rdsadmin',
    'They belong to the superuser.',
    asMaster,
  ),
  // ── session settings
  'setting-kept': rule(
    'kept',
    '`SET` of what pg_dump sets',
    'The text and the data of the dump mean the same only under these settings.',
    'pg_backup_archiver.c, _doSetFixedOutputState',
  ),
  'setting-skipped': rule(
    'dropped',
    '`SET` of anything else',
    'No dump needs it, and the restore chooses its own settings for speed and safety.',
    'design of the policy',
  ),
  'setting-unknown': rule(
    'dropped',
    '`SET transaction_timeout`',
    'pg_dump 17 and later write it; servers before 17 do not know it.',
    'PostgreSQL 17 release notes',
    { until: 16 },
  ),
  'setting-superuser': rule(
    'dropped',
    '`SET`, `ALTER ROLE SET`, `ALTER DATABASE SET` of parameters only a superuser may set',
    'Refused to the master (session_replication_role, log_*, …).',
    'pg_settings.context = superuser, servers 14 to 18',
  ),
  'setting-custom': rule(
    'dropped',
    '`ALTER ROLE SET`, `ALTER DATABASE SET` of a parameter with a dot, e.g. `app.tenant`',
    'Only a superuser may store parameters that the server does not know.',
    asMaster,
  ),
  'string-syntax': rule(
    'refused',
    '`ALTER DATABASE SET standard_conforming_strings`; a text that does not end under `SET standard_conforming_strings = off`',
    'Under it the server would read literals differently from the parser that judges each statement.',
    'PostgreSQL: standard_conforming_strings',
  ),
  'string-syntax-kept': rule(
    'dropped',
    '`SET standard_conforming_strings = off`',
    "pg_dump of servers before 9.1 writes it. A `'…'` with a backslash after it is restored as `E'…'`, which says the same.",
    'PostgreSQL: String Constants with C-Style Escapes',
  ),
  'role-change': rule(
    'refused',
    '`SET ROLE`',
    'A statement must not choose who runs the next one; no dump holds it.',
    'design of the policy',
  ),
  'transaction-control': rule(
    'dropped',
    '`BEGIN`, `COMMIT`, `SET TRANSACTION`, `SET CONSTRAINTS`',
    'Other tools wrap their dumps in a transaction; the restore accounts for each statement on its own.',
    'design of the policy',
  ),
  'transaction-undo': rule(
    'refused',
    '`ROLLBACK`, savepoints, `PREPARE TRANSACTION`',
    'They would take back what the dump says it holds.',
    'design of the policy',
  ),
  // ── extensions, jobs, foreign data
  'extension-unavailable': rule(
    'dropped',
    '`CREATE EXTENSION` of one that the server does not offer',
    'It cannot be created; the drill then cannot verify what needs it.',
    'pg_available_extensions',
  ),
  'extension-version': rule(
    'rewritten',
    '`VERSION` in `CREATE EXTENSION`',
    "The server's own version is installed; the checks compare versions.",
    'PostgreSQL: CREATE EXTENSION',
  ),
  'extension-change': rule(
    'dropped',
    '`ALTER EXTENSION`, `DROP EXTENSION`, extension members',
    'Written only for in-place upgrades and --clean.',
    'pg_dump --binary-upgrade',
  ),
  'language-present': rule(
    'dropped',
    '`CREATE LANGUAGE plpgsql`',
    'Every database has it; pg_dump before 9.1 writes it.',
    'PostgreSQL 9.0 release notes',
  ),
  'server-extension': rule(
    'dropped',
    'pg_cron, pgagent, pg_net, pgaudit, and all that belongs to them: rows, sequence values, policies, privileges, comments',
    'Restored rows of `cron.job` are live jobs, and a copy must not act. pgaudit only writes into the log of its server.',
    'RDS: Scheduling maintenance with pg_cron',
  ),
  'server-extension-schema': rule(
    'rewritten',
    'The first object of the dump in the schema of such an extension (`CREATE SCHEMA IF NOT EXISTS` before it)',
    "What the dump itself makes beside the extension's tables is the user's; with the extension its schema was left out.",
    'pg_dump: members of an extension are not dumped',
  ),
  'foreign-server': rule(
    'rewritten',
    '`CREATE/ALTER SERVER … OPTIONS`',
    'The copy must reach nothing: addresses become 127.0.0.1 port 1, and every option not known to be harmless is left out (it may be a secret).',
    'PostgreSQL: postgres_fdw',
  ),
  'user-mapping': rule(
    'dropped',
    '`CREATE/ALTER/DROP USER MAPPING`',
    'It holds passwords of other servers, which the copy must not have.',
    'PostgreSQL: CREATE USER MAPPING',
  ),
  'foreign-schema-import': rule(
    'refused',
    '`IMPORT FOREIGN SCHEMA`',
    'It connects to another server.',
    'PostgreSQL: IMPORT FOREIGN SCHEMA',
  ),
  // ── objects
  'comment-not-ours': rule(
    'dropped',
    '`COMMENT ON` extension, database, tablespace, publication, subscription, server role',
    'Only the owner may comment, and the superuser owns them, or the object is not restored.',
    asMaster,
  ),
  'security-label': rule('dropped', '`SECURITY LABEL`', 'The server has no label provider.', asMaster),
  replication: rule(
    'dropped',
    'Publications and subscriptions',
    'A copy must not take part in replication; a subscription also holds a password.',
    'RDS: logical replication',
  ),
  'event-trigger': rule(
    'dropped',
    'Event triggers, where the master may not create them',
    'Only a superuser may, except on RDS.',
    'RDS: Event triggers for RDS for PostgreSQL',
  ),
  'event-trigger-last': rule(
    'deferred',
    'Event triggers, where the master may create them',
    'They would fire for the rest of the restore.',
    'RDS: Event triggers for RDS for PostgreSQL',
  ),
  tablespace: rule(
    'dropped',
    '`CREATE/ALTER/DROP TABLESPACE`, `SET default_tablespace`, `SET TABLESPACE`',
    'RDS puts every tablespace on the same volume; nothing is gained.',
    'RDS: Tablespaces for RDS for PostgreSQL',
  ),
  'tablespace-clause': rule(
    'rewritten',
    '`TABLESPACE` in CREATE TABLE, CREATE INDEX, ADD CONSTRAINT, CREATE MATERIALIZED VIEW',
    'The tablespace does not exist in the sandbox.',
    'RDS: Tablespaces for RDS for PostgreSQL',
  ),
  'access-method': rule(
    'dropped',
    '`SET default_table_access_method` to anything but heap',
    'A table access method needs a superuser; the tables become heap tables.',
    'PostgreSQL: CREATE ACCESS METHOD',
  ),
  'public-schema': rule(
    'rewritten',
    '`CREATE SCHEMA public` (becomes IF NOT EXISTS)',
    'A new database already has it.',
    'PostgreSQL: template0',
  ),
  'public-schema-drop': rule(
    'dropped',
    '`DROP SCHEMA public`',
    'A new database has it empty.',
    'pg_dump --clean',
  ),
  'force-row-security-last': rule(
    'deferred',
    '`ALTER TABLE … FORCE ROW LEVEL SECURITY`',
    'REFRESH MATERIALIZED VIEW and every reading of the owner would fail or see fewer rows.',
    'PostgreSQL: Row Security Policies',
  ),
  'all-triggers': rule(
    'rewritten',
    '`DISABLE/ENABLE TRIGGER ALL` (becomes USER)',
    'Triggers of foreign keys belong to the system: permission denied to a master.',
    asMaster,
  ),
  'superuser-object': rule(
    'kept',
    'C functions, base types, operator classes, casts, languages, access methods, foreign-data wrappers',
    'Only a superuser may create them. They are tried, so that the record shows the failure a real restore has.',
    asMaster,
  ),
  'drop-if-exists': rule(
    'rewritten',
    '`DROP …` and `ALTER TABLE … DROP` without IF EXISTS',
    'Dumps made with --clean drop what a fresh server does not have.',
    'pg_dump --clean',
  ),
  'large-object-unlink': rule(
    'dropped',
    '`lo_unlink` (dumps made with --clean)',
    'A fresh database has no large objects.',
    'pg_dump --clean',
  ),
  // ── data and functions
  'statistics-import': rule(
    'dropped',
    '`pg_restore_relation_stats` and the like (pg_dump 18)',
    'ANALYZE runs at the end of the restore and sees the restored rows.',
    'PostgreSQL 18: pg_dump --statistics',
  ),
  'extension-marker': rule(
    'dropped',
    '`pg_extension_config_dump`',
    'It works only inside the script of an extension.',
    'PostgreSQL: Extension Configuration Tables',
  ),
  'without-effect': rule(
    'dropped',
    'A SELECT that calls no function, SHOW, an empty statement',
    'It changes nothing.',
    'design of the policy',
  ),
  maintenance: rule(
    'dropped',
    '`VACUUM`, `ANALYZE`, `CHECKPOINT`, `REINDEX`, `CLUSTER`, `LOCK TABLE`, `DISCARD`',
    'The restore does its own maintenance.',
    'design of the policy',
  ),
  'data-change': rule(
    'kept',
    '`UPDATE`, `DELETE`, `TRUNCATE`, `MERGE`, `INSERT … SELECT` on user tables',
    'pg_dump does not write them, other tools do. They run alone and in order.',
    'design of the policy',
  ),
  unparsed: rule(
    'kept',
    'A statement the parser of PostgreSQL 18 does not know, when it begins like a definition',
    'Older and newer servers know other syntax; the server decides. It runs alone and in order.',
    'design of the policy',
  ),
  // ── refused
  'copy-outside': rule(
    'refused',
    '`COPY` from or to a file or program, and any `COPY … TO`',
    'It reads or writes outside the database.',
    'PostgreSQL: COPY',
  ),
  'server-configuration': rule(
    'refused',
    '`ALTER SYSTEM`, `LOAD`',
    'It changes the server, not the data.',
    'PostgreSQL: ALTER SYSTEM',
  ),
  'code-execution': rule(
    'refused',
    '`DO`, `CALL`, `EXECUTE`',
    'It runs code at once; no dump holds it.',
    'pg_dump',
  ),
  'unknown-function': rule(
    'refused',
    '`SELECT` of any function that pg_dump does not call',
    'It runs code at once.',
    'pg_dump',
  ),
  'outside-function': rule(
    'refused',
    'Functions that reach files, other servers or other sessions, in a data statement',
    'A copy must reach nothing.',
    'PostgreSQL: Generic File Access Functions, dblink',
  ),
  'catalog-write': rule(
    'refused',
    'Writing into `pg_catalog` or `information_schema`',
    'A dump defines objects, it never edits the catalog.',
    'PostgreSQL: System Catalogs',
  ),
  'not-of-a-dump': rule(
    'refused',
    'Every other statement: cursors, LISTEN, NOTIFY, EXPLAIN, CREATE TABLE AS, REASSIGN OWNED …',
    'No dump needs it.',
    'pg_dump',
  ),
  'unparsed-dangerous': rule(
    'refused',
    'A statement the parser does not know that does not begin like a definition, or holds words of a refused one',
    'What cannot be judged is not executed.',
    'design of the policy',
  ),
  'too-large': rule(
    'refused',
    'A statement of more than 150,000 words and signs, long literals and rows of literals not counted',
    'Its tree would take more memory than a restore has; what cannot be judged is not executed.',
    'libpg_query, measured',
  ),
  'rewrite-impossible': rule(
    'refused',
    'A statement over 1 MiB that would have to be rewritten, or one holding a NUL byte',
    'What cannot be judged is not executed.',
    'design of the policy',
  ),
} as const satisfies Record<string, PolicyRule>;

export type RuleId = keyof typeof policyRules;

/** The rules as the Markdown table of docs/restoring.md. */
export function renderPolicyTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = Object.entries<PolicyRule>(policyRules).map(([id, entry]) => {
    const { action, matches, why, source, since, until } = entry;
    const servers =
      since !== undefined ? `${since} and later` : until !== undefined ? `up to ${until}` : 'all';
    return `| \`${id}\` | ${[action, matches, why, servers, source].map(cell).join(' | ')} |`;
  });
  return [
    '| Rule | What happens | To what | Why | Servers | Source |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}
