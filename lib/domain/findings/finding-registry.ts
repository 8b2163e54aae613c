/**
 * The registry of findings: every named thing that can be wrong, unproven or worth knowing.
 *
 * Severity decides the verdict (see judgement.ts): `error` makes a drill NOT_PROVEN, `unverified` makes it
 * COULD_NOT_VERIFY, `warning` and `info` change nothing. docs/findings.md is generated from this table.
 */
export type Severity = 'error' | 'unverified' | 'warning' | 'info';

interface FindingDefinition {
  readonly severity: Severity;
  /** What it means, for docs/findings.md: one plain sentence. */
  readonly meaning: string;
  /** The default next step; a finding may carry a more exact one. */
  readonly hint: string;
}

const define = (severity: Severity, meaning: string, hint: string): FindingDefinition => ({
  severity,
  meaning,
  hint,
});

export const findingRegistry = {
  // ── finding and reading the dump
  NO_DUMP_FOUND: define(
    'unverified',
    'No eligible dump was found in the source.',
    'Check that the backup job runs, and that the prefix and pattern in drills.yaml match the names it writes; `restore-drill list` shows what was seen and why it was refused.',
  ),
  DUMP_NOT_FOUND: define(
    'unverified',
    'The dump that was asked for does not exist.',
    'Check the path or key for spelling.',
  ),
  DUMP_UNREADABLE: define(
    'unverified',
    'The dump exists but could not be read.',
    'Check the permissions of the file, or the rights of the credentials on the bucket and its key.',
  ),
  DUMP_CHANGED: define(
    'unverified',
    'The dump was replaced or deleted between its selection and its restore.',
    'Let the backup job finish before the drill starts, and write dumps under a new name each time.',
  ),
  DUMP_REFUSED: define(
    'info',
    'A candidate was passed over when the dump was selected.',
    'Nothing to do when the reason is expected; otherwise see why the backup job left it behind.',
  ),
  DUMP_EMPTY: define(
    'error',
    'The dump has no content.',
    'Look at the log of the backup job: `pg_dump | gzip` leaves an empty file when pg_dump cannot connect; set `pipefail`.',
  ),
  DUMP_TOO_SMALL: define(
    'error',
    'The dump is smaller than the configured minimum.',
    'Compare with earlier dumps; lower `source.minBytes` only if the database really shrank.',
  ),
  DUMP_TOO_OLD: define(
    'error',
    'The newest dump is older than allowed.',
    'Look at when the backup job last ran and why it stopped.',
  ),
  DUMP_NOT_A_DUMP: define(
    'error',
    'The file is not a PostgreSQL dump.',
    'Look at its first bytes: an error page or another file was stored under the name of a dump.',
  ),
  DUMP_TRUNCATED: define(
    'error',
    'The dump ends before its end.',
    'The backup job was cut off (disk full, killed, upload aborted). Take a new dump and make the job check exit codes.',
  ),
  DUMP_CORRUPT: define(
    'error',
    'Bytes of the dump are damaged.',
    'Fetch the dump again; if it stays damaged, the stored copy is bad: take a new dump and verify checksums on upload.',
  ),
  CHECKSUM_MISMATCH: define(
    'error',
    'The dump is not the file its checksum was made of.',
    'Compare with the copy on the source machine; do not trust either until they agree.',
  ),
  CHECKSUM_ABSENT: define(
    'info',
    'The dump has no checksum sidecar; a changed byte inside a value would go unnoticed.',
    'Write `<dump>.sha256` beside each dump in the backup job.',
  ),
  DUMP_ENCRYPTED: define(
    'unverified',
    'The dump is encrypted and no key was given.',
    'Give the key (`--decrypt-passphrase-env NAME` for openssl), or drill on the decrypted file.',
  ),
  DECRYPTION_FAILED: define(
    'unverified',
    'The dump could not be decrypted with the given key.',
    'Check the passphrase and the cipher the backup job uses.',
  ),
  PHYSICAL_BACKUP: define(
    'unverified',
    'This is a physical base backup or WAL, not a logical dump.',
    'restore-drill restores logical dumps (pg_dump, pg_dumpall); drill on one of those.',
  ),
  ARCHIVE_VERSION_UNKNOWN: define(
    'unverified',
    'The archive has a format version that this release does not read.',
    'Use a restore-drill release that knows the pg_dump which wrote it, or dump with an older pg_dump.',
  ),
  COMPRESSION_UNKNOWN: define(
    'unverified',
    'The dump uses a compression that this release does not read.',
    'Use gzip, zstd, lz4, xz, bzip2 or none.',
  ),
  STATEMENT_TOO_LARGE: define(
    'unverified',
    'The dump holds a statement that is longer, or has more parts, than is read into memory.',
    'Dump with COPY (without --inserts), whose rows may be of any size; or raise `restore.maxStatement`, and the memory with it.',
  ),
  DECOMPRESSION_LIMIT: define(
    'unverified',
    'The compressed dump unpacks to far more than real dumps do.',
    'Find out who wrote the file. If it is a real dump, raise `restore.maxRatio`.',
  ),
  SERVER_VERSION_UNSUPPORTED: define(
    'unverified',
    'No server of the major version that made this dump is available.',
    'Use a restore-drill release that offers that major version.',
  ),
  SERVER_VERSION_UNKNOWN: define(
    'info',
    'The dump does not name the server version it came from; the newest supported major was used.',
    'Set `sandbox.majorVersion` to the major version of production.',
  ),
  COMPANION_MISSING: define(
    'error',
    'A file that must lie beside the dump is missing.',
    'Check the backup job: it writes the companion in the same run.',
  ),
  COMPANION_STALE: define(
    'error',
    'A companion file is older than allowed.',
    'Check when the backup job last finished.',
  ),
  COMPANION_DAMAGED: define(
    'error',
    'A companion archive does not unpack to its end.',
    'Fetch it again; if it stays damaged, take a new backup of those files.',
  ),
  DUMP_HEADER_ODD: define(
    'warning',
    'The dump contradicts itself in its header or markers.',
    'Check what writes these dumps.',
  ),
  // ── the sandbox
  SANDBOX_UNAVAILABLE: define(
    'unverified',
    'The sandbox did not come up.',
    'Read the reason; `restore-drill doctor` checks what a sandbox needs.',
  ),
  ENTRY_TIMED_OUT: define(
    'error',
    'An entry of the dump made no progress on the server for as long as `restore.entryTimeout` allows, and was ended.',
    'Look at the functions that the entry calls: one may loop, sleep or wait. If the work is legitimate, raise `restore.entryTimeout`.',
  ),
  SANDBOX_LOST: define(
    'unverified',
    'The sandbox went away while the drill used it.',
    'Start the drill again; if it happens again, look at the memory and disk of the machine.',
  ),
  SANDBOX_DISK_FULL: define(
    'unverified',
    'The sandbox ran out of disk.',
    'Free disk space, or give the sandbox more storage.',
  ),
  SANDBOX_NO_CAPACITY: define(
    'unverified',
    'AWS had no capacity for the sandbox in any zone and class of the plan.',
    'Start the drill again later, or set `sandbox.instanceClass` to a class of another family.',
  ),
  QUOTA_EXCEEDED: define(
    'unverified',
    'A quota of the account leaves no room for the sandbox.',
    'Remove what is not needed, or ask for a higher quota in Service Quotas; the quota is named in the message.',
  ),
  COST_CAP_EXCEEDED: define(
    'unverified',
    'The drill was estimated to cost more than is allowed.',
    'Raise `sandbox.maxCostUsd` (or `aws.monthlyBudgetUsd`) in drills.yaml, or choose a smaller class.',
  ),
  RESTORE_TASK_NOT_STARTED: define(
    'unverified',
    'The restore task never came to run.',
    'The reason is in the message: most often the image cannot be pulled, the subnets have no way out, or Fargate has no capacity.',
  ),
  RESTORE_TASK_LOST: define(
    'unverified',
    'The restore task stopped without reporting a result.',
    'Read its log stream; out of memory and a stopped host are the usual causes. Start the drill again.',
  ),
  SECRET_UNREADABLE: define(
    'unverified',
    'A secret or parameter could not be read.',
    'Check that it exists and that the stack was deployed with its name in drills.yaml, which grants the right to read it.',
  ),
  TEARDOWN_FAILED: define(
    'error',
    'Something of the sandbox could not be removed.',
    'Run `restore-drill sweep`; if it stays, remove by hand what the finding names.',
  ),
  // ── restoring
  CREATE_NOT_ALLOWED: define(
    'unverified',
    'The dump creates its own database (pg_dump --create), which drills.yaml does not allow.',
    'Set `restore: { allowCreate: true }` if the backup job means it; the database is then made by us, in the sandbox.',
  ),
  ENTRY_FAILED: define(
    'error',
    'An object of the dump could not be restored.',
    'Read the SQLSTATE and message; the object will be missing after a real restore too.',
  ),
  ROWS_REJECTED: define(
    'error',
    'Rows of a table could not be loaded.',
    'The named line of the table data is damaged or does not fit the table.',
  ),
  ENCODING_INVALID: define(
    'error',
    'The dump holds bytes that are not valid in its encoding.',
    'The dump is damaged, or the source database holds invalid text (SQL_ASCII).',
  ),
  DUPLICATE_KEYS: define(
    'error',
    'Rows in the dump break a unique key: damage in the source database.',
    'Find the duplicates in production; usually a corrupted index (REINDEX will fail there too).',
  ),
  FK_ORPHANS: define(
    'error',
    'Rows point to rows that do not exist.',
    'Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.',
  ),
  SEARCH_PATH_DEFECT: define(
    'error',
    'A function of the dump works only with a search_path that a restore does not have.',
    'Qualify names inside the function or give it `SET search_path`.',
  ),
  EXTENSION_UNAVAILABLE: define(
    'unverified',
    'The sandbox server does not offer an extension that the dump needs.',
    'Drill on a server that has it (RDS, or a system installation with the extension).',
  ),
  PRIVILEGE_MISSING: define(
    'error',
    'An object needs rights that the RDS master role does not have.',
    'It cannot be restored on RDS as it is; see docs/restoring.md.',
  ),
  ROLES_CREATED: define(
    'info',
    'Roles that the dump refers to but does not define were created without login.',
    'Define roles in your infrastructure before a real restore, or dump them with pg_dumpall --globals-only.',
  ),
  ROLE_MISSING: define(
    'warning',
    'Owners or grants name a role that does not exist and was not created.',
    'Create the role before a real restore.',
  ),
  OWNER_NOT_RESTORED: define(
    'warning',
    'An object belongs to the master role instead of its owner.',
    'Set the owner by hand after a real restore.',
  ),
  ENTRIES_SKIPPED: define(
    'info',
    'Entries of the dump were left out or rewritten by the RDS policy.',
    'See docs/restoring.md for each reason.',
  ),
  STATEMENT_REFUSED: define(
    'error',
    'The dump holds a statement that no dump needs and that is never executed.',
    'Find out who wrote it into the dump; treat the file as hostile until you know.',
  ),
  META_COMMAND_REFUSED: define(
    'error',
    'The dump holds a psql meta-command that would change its meaning; it was not executed.',
    'pg_dump does not write it; find out who did.',
  ),
  SEQUENTIAL_FALLBACK: define(
    'info',
    'Part of the restore ran in strict order on one connection.',
    'Nothing to do; it is only slower.',
  ),
  CONNECTION_RETRIED: define(
    'warning',
    'A connection was lost during loading; what was safe to retry was retried.',
    'Look at the network or the server if it happens again.',
  ),
  COLLATION_REPLACED: define(
    'warning',
    'A locale of the dump does not exist in the sandbox; another was used.',
    'Sort order may differ from production in the sandbox.',
  ),
  // ── checks
  NO_DATA: define(
    'error',
    'Every table is empty.',
    'The dump holds only the schema: check the flags of the backup job.',
  ),
  OBJECT_MISSING: define(
    'error',
    'An object that the dump announces does not exist after the restore.',
    'Look at the restore outcome of that object.',
  ),
  ROW_COUNT_MISMATCH: define(
    'error',
    'A table does not have the number of rows that the dump holds for it.',
    'Look at the restore outcome of that table; triggers and rules may also change what is loaded.',
  ),
  TABLES_GONE: define(
    'warning',
    'Tables of the last proven drill are no longer in the dump.',
    'Check that they were dropped on purpose; list the tables that must exist under `checks: tables`.',
  ),
  TABLE_MISSING: define(
    'error',
    'A table that must exist is not in the restored database.',
    'Check whether the backup job excludes it.',
  ),
  ROWS_BELOW_MINIMUM: define(
    'error',
    'A table has fewer rows than configured.',
    'Check whether data was lost in production or the dump is partial.',
  ),
  ROWS_DROPPED: define(
    'error',
    'A table has lost more rows since the last proven drill than configured.',
    'Check whether the loss is intended.',
  ),
  DUPLICATES_FOUND: define(
    'error',
    'Values that must be unique are not.',
    'Find the duplicates in production.',
  ),
  FK_NOT_VALIDATED: define(
    'warning',
    'A foreign key is NOT VALID in the source; its rows were checked by the drill instead.',
    'Run ALTER TABLE … VALIDATE CONSTRAINT in production.',
  ),
  CONSTRAINT_NOT_VALIDATED: define(
    'warning',
    'A constraint is NOT VALID in the source, so old rows may break it.',
    'Run ALTER TABLE … VALIDATE CONSTRAINT in production.',
  ),
  INDEX_INVALID: define(
    'error',
    'An index is not valid or not complete.',
    'Look at the restore outcome of that index.',
  ),
  SEQUENCE_BEHIND: define(
    'error',
    'A sequence would hand out a number that its column already holds.',
    'Set the sequence in production (setval); the first insert after a restore would fail.',
  ),
  MATVIEW_NOT_POPULATED: define(
    'error',
    'A materialized view was not filled although the dump fills it.',
    'Look at the restore outcome of that view.',
  ),
  EXTENSION_MISSING: define(
    'error',
    'An extension of the dump is not installed after the restore.',
    'Look at the restore outcome of that extension.',
  ),
  STALE_DATA: define(
    'error',
    'The newest row is older than allowed.',
    'The dump was made from a stale source (a stopped replica, an old copy) or the application stopped writing.',
  ),
  FRESHNESS_EMPTY: define(
    'error',
    'The freshness query found no row at all.',
    'Check that the query reads the right table, and that the table is not empty.',
  ),
  MIGRATIONS_BEHIND: define(
    'error',
    'The restored database is not at the expected migration.',
    'The dump is older than the code, or the migrations table is not in the dump.',
  ),
  EXPECTATION_FAILED: define(
    'error',
    'A configured SQL check did not give what was expected.',
    'Run the query of the check in production and compare.',
  ),
  HOOK_FAILED: define(
    'error',
    'A container of yours (migration or smoke test) ended with an error on the restored data.',
    'Read its log group; the exit code is in the message.',
  ),
  HOOK_COULD_NOT_RUN: define(
    'unverified',
    'A container of yours could not be started, or ran into its time limit.',
    'Check its image, its rights to be pulled, and `hooks.….timeout` in drills.yaml.',
  ),
  ROLE_PASSWORD_NOT_SET: define(
    'error',
    'The password of a role could not be set after the restore.',
    'Check that the dump creates the role; the SQLSTATE is in the message.',
  ),
  LOGIN_REFUSED: define(
    'error',
    'A role cannot log in.',
    'Check that the role exists, has LOGIN, and that its password was set.',
  ),
  CHECK_COULD_NOT_RUN: define(
    'unverified',
    'A check could not be carried out.',
    'Read the reason; a check that did not run never counts as passed.',
  ),
  CHECK_TIMED_OUT: define(
    'unverified',
    'A check ran into its statement timeout.',
    'Raise `statementTimeout` of the check or simplify its query.',
  ),
  // ── objectives
  RTO_MISSED: define(
    'error',
    'The restore took longer than the recovery time objective.',
    'See the phases for where the time went.',
  ),
  RPO_MISSED: define(
    'error',
    'More would have been lost than the recovery point objective allows.',
    'Take dumps more often, or change the objective.',
  ),
  RTO_SLOWER: define(
    'warning',
    'The restore took much longer than in the last proven drill.',
    'See the phases for where the time went.',
  ),
  OLDER_DUMP_PROVEN: define(
    'info',
    'The newest dump failed; an older one could be restored.',
    'Until a newer dump is proven, a real restore loses everything since the older one.',
  ),
  // ── the drill itself
  NEWER_DUMP_UNPROVEN: define(
    'warning',
    'A newer dump exists than the proven one that is restored.',
    'Ask for it by key (`"dump": "…"`) to restore it instead, or drill it first.',
  ),
  NEVER_PROVEN: define(
    'warning',
    'No dump of this database was ever proven, so the newest one is restored.',
    'Read the verdict before you approve; drill the database on a schedule from now on.',
  ),
  RESTORE_DECLINED: define(
    'info',
    'The restored database was declined, or nobody approved it in time, and was torn down.',
    'Start the restore again when it is wanted.',
  ),
  HAND_OVER_REFUSED: define(
    'error',
    'The restored database could not be brought into the state it must have before it is handed over.',
    'Read the reason in the message; the database was torn down, start the restore again.',
  ),
  PROMOTION_FAILED: define(
    'error',
    'The restored database is kept, but not everything of its promotion came off.',
    'The instance is yours and is not deleted by anything; finish the named changes by hand.',
  ),
  REQUEST_INVALID: define(
    'unverified',
    'The request could not be understood.',
    'See the usage of `restore-drill run` or docs/runbook.md for the fields of a request.',
  ),
  CONFIG_INVALID: define(
    'unverified',
    'The configuration has mistakes.',
    'Correct the lines named in the message.',
  ),
  DRILL_ALREADY_RUNNING: define(
    'unverified',
    'Another drill of the same database is running.',
    'Wait for it, or run `restore-drill sweep` if it died.',
  ),
  INTERRUPTED: define(
    'unverified',
    'The drill was interrupted before it could reach a verdict.',
    'Start it again.',
  ),
  STEP_TIMED_OUT: define(
    'unverified',
    'A step took longer than its limit.',
    'Look at the phase that ran last; raise its limit in drills.yaml if the work is legitimate.',
  ),
  LEDGER_UNWRITABLE: define(
    'warning',
    'The ledger could not be written, so this drill is missing from the history.',
    'Give the user who runs drills write access to the folder of the ledger, or choose another folder with `--state-dir`.',
  ),
  LEDGER_UNREADABLE: define(
    'warning',
    'The ledger, or some lines of it, could not be read; trends and row drops may miss earlier drills.',
    'Check the permissions of the ledger; a line cut off by a crash can be removed by hand.',
  ),
  EVIDENCE_UNWRITABLE: define(
    'unverified',
    'The folder for the evidence of the drill could not be written.',
    'Give the user who runs drills write access to the folder and free disk space.',
  ),
  INTERNAL_ERROR: define(
    'unverified',
    'restore-drill itself failed.',
    'Please report it with the record; `--json` holds everything except your data.',
  ),
} as const satisfies Record<string, FindingDefinition>;
