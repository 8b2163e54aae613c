import type { FindingDefinition } from './definition.ts';

/** Restoring the dump into the sandbox. */
export const restoringFindings = {
  ENTRY_TIMED_OUT: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'An entry of the dump made no progress on the server for as long as `restore.entryTimeout` allows, and was ended; after more than five of them the restore is given up.',
    hint: 'Look at the functions that the entry calls: one may loop, sleep or wait. If the work is legitimate, raise `restore.entryTimeout`.',
  },
  DUMP_TRIED_TO_ACT: {
    severity: 'error',
    blames: 'dump',
    meaning:
      'Code inside the dump (a function that a check, an index or a rule calls) tried to act on the server that restores it.',
    hint: 'Find out who wrote it into the database; treat the dump, and the database it came from, as hostile until you know.',
  },
  CREATE_NOT_ALLOWED: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The dump creates its own database (pg_dump --create), which drills.yaml does not allow.',
    hint: 'Set `restore: { allowCreate: true }` if the backup job means it; the database is then made by us, in the sandbox.',
  },
  ENTRY_FAILED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'An object of the dump could not be restored.',
    hint: 'Read the SQLSTATE and message; the object will be missing after a real restore too.',
  },
  ROWS_REJECTED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Rows of a table could not be loaded.',
    hint: 'The named line of the table data is damaged or does not fit the table.',
  },
  ENCODING_INVALID: {
    severity: 'error',
    blames: 'dump',
    meaning: 'The dump holds bytes that are not valid in its encoding.',
    hint: 'The dump is damaged, or the source database holds invalid text (SQL_ASCII).',
  },
  DUPLICATE_KEYS: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Rows in the dump break a unique key: damage in the source database.',
    hint: 'Find the duplicates in production; usually a corrupted index (REINDEX will fail there too).',
  },
  FK_ORPHANS: {
    severity: 'error',
    blames: 'dump',
    meaning: 'Rows point to rows that do not exist.',
    hint: 'Find how the orphans came about in production; a NOT VALID or disabled foreign key lets them in.',
  },
  SEARCH_PATH_DEFECT: {
    severity: 'error',
    blames: 'dump',
    meaning: 'A function of the dump works only with a search_path that a restore does not have.',
    hint: 'Qualify names inside the function or give it `SET search_path`.',
  },
  EXTENSION_UNAVAILABLE: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The sandbox server does not offer an extension that the dump needs.',
    hint: 'Drill on a server that has it (RDS, or a system installation with the extension).',
  },
  PRIVILEGE_MISSING: {
    severity: 'error',
    blames: 'dump',
    meaning: 'An object needs rights that the RDS master role does not have.',
    hint: 'It cannot be restored on RDS as it is; see docs/restoring.md.',
  },
  ROLES_CREATED: {
    severity: 'info',
    blames: 'dump',
    meaning: 'Roles that the dump refers to but does not define were created without login.',
    hint: 'Define roles in your infrastructure before a real restore, or dump them with pg_dumpall --globals-only.',
  },
  ROLE_MISSING: {
    severity: 'warning',
    blames: 'dump',
    meaning: 'Owners or grants name a role that does not exist and was not created.',
    hint: 'Create the role before a real restore.',
  },
  OWNER_NOT_RESTORED: {
    severity: 'warning',
    blames: 'dump',
    meaning: 'An object belongs to the master role instead of its owner.',
    hint: 'Set the owner by hand after a real restore.',
  },
  ENTRIES_SKIPPED: {
    severity: 'info',
    blames: 'sandbox',
    meaning: 'Entries of the dump were left out or rewritten by the RDS policy.',
    hint: 'See docs/restoring.md for each reason.',
  },
  STATEMENT_REFUSED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'The dump holds a statement that no dump needs and that is never executed.',
    hint: 'Find out who wrote it into the dump; treat the file as hostile until you know.',
  },
  META_COMMAND_REFUSED: {
    severity: 'error',
    blames: 'dump',
    meaning: 'The dump holds a psql meta-command that would change its meaning; it was not executed.',
    hint: 'pg_dump does not write it; find out who did.',
  },
  SEQUENTIAL_FALLBACK: {
    severity: 'info',
    blames: 'drill',
    meaning: 'Part of the restore ran in strict order on one connection.',
    hint: 'Nothing to do; it is only slower.',
  },
  CONNECTION_RETRIED: {
    severity: 'warning',
    blames: 'sandbox',
    meaning:
      'A connection was lost, or a statement cancelled, during loading; what was safe to retry was retried.',
    hint: 'Look at the network or the server if it happens again.',
  },
  COLLATION_REPLACED: {
    severity: 'warning',
    blames: 'sandbox',
    meaning: 'A locale of the dump does not exist in the sandbox; another was used.',
    hint: 'Sort order may differ from production in the sandbox.',
  },
} as const satisfies Record<string, FindingDefinition>;
