import type { FindingCode } from '../../../domain/findings/findings.ts';
import type { FailureClass } from '../../../domain/recovery/restore-account.ts';
import type { Reading } from '../../../domain/server-errors/tell-server-error.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import type { ServerError } from './server-error.ts';

/** What is known of the statement that failed. */
export interface FailedStatement {
  plan: StatementPlan | null;
  /** Roles the statement names that neither the server nor the dump has. */
  missingRoles: readonly string[];
  /** The extension it needs and the server does not offer. */
  missingExtension: string | null;
  /** Whether what the server did not find stands in the catalogue, in whichever schema; null: not known. */
  existsElsewhere?: boolean | null;
  /** It defines a function or procedure. */
  definesRoutine?: boolean;
}

const missingObject = new Set(['42P01', '42704', '42883', '42703', '3F000', '42P02']);
const rejectedRow = new Set(['23502', '23514', '23P01', '21000']);

/**
 * Sorts a failure by SQLSTATE and by what the statement is, never by message text.
 *
 * A search_path defect is an undefined function, table, type or schema that exists and is not found *inside a function* which
 * the statement makes the server run (expression index, generated column, CHECK, trigger, REFRESH, data): then the error carries
 * a CONTEXT, which errors about names of the statement itself do not. Source:
 * docs/facts.md#an-empty-search-path.
 */
export function classify(error: ServerError, failed: FailedStatement): FailureClass {
  const { sqlState } = error;
  // No control file, not offered to a master without RDS's rights, to be preloaded by the server (55000): whatever it says, a
  // dump holds no more of an extension than its name.
  if (failed.plan?.extension !== undefined && !serverTrouble.has(sqlState)) return 'missing extension';
  if (sqlState === '23505') return 'duplicate key';
  if (sqlState === '23503') return 'orphaned rows';
  if (sqlState === '22021' || sqlState === '22P05') return 'invalid encoding';
  if (sqlState.startsWith('22') || rejectedRow.has(sqlState))
    return runsData(failed.plan) ? 'rejected row' : 'other';
  if (missingObject.has(sqlState)) {
    const insideFunction = error.internalQuery || error.context !== null;
    if (insideFunction && runsFunctions(failed) && failed.existsElsewhere !== false)
      return 'search_path defect';
    if (sqlState === '42704' && failed.missingRoles.length > 0) return 'missing role';
    if (failed.missingExtension !== null) return 'missing extension';
    return 'missing object';
  }
  if (sqlState === '42501') return 'insufficient privilege';
  if (sqlState === '53100') return 'out of disk';
  if (sqlState === '57014') return 'statement timeout';
  return 'other';
}

/** Of an extension too: no disk, ended by us, made twice. */
const serverTrouble: ReadonlySet<string> = new Set(['53100', '57014', '42710']);

/** Statements that make the server run no function of the dump. */
const runsNothing: ReadonlySet<string> = new Set(['role', 'database', 'owner', 'grant', 'set', 'comment']);
/** Definitions of functions report their own problems with CONTEXT too; those are not defects of the search_path. */
const runsFunctions = ({ plan, definesRoutine }: FailedStatement): boolean =>
  plan !== null && !runsNothing.has(plan.kind) && definesRoutine !== true;

/** CREATE FUNCTION and PROCEDURE. */
const routine = /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b/i;
export const definesRoutine = (sql: string): boolean => routine.test(sql);

const dataKinds: ReadonlySet<string> = new Set([
  'copy',
  'insert',
  'add constraint',
  'add key',
  'attach partition',
  'create index',
  'alter table',
]);
const runsData = (plan: StatementPlan | null): boolean => plan !== null && dataKinds.has(plan.kind);

/** Statements that evaluate no expression of the dump, whatever they say. */
const evaluatesNothing: ReadonlySet<string> = new Set([
  'role',
  'database',
  'owner',
  'grant',
  'set',
  'comment',
  'create policy',
  'create trigger',
  'create statistics',
  'definition',
]);
/** Other statements that only define: no table's rows, partition bound or query is evaluated by them. */
const definesOnly =
  /^\s*(?:DROP|(?:ALTER|CREATE\s+(?:OR\s+REPLACE\s+)?)\s*(?:(?:TEMP|TEMPORARY|UNLOGGED|RECURSIVE|TRUSTED|PROCEDURAL|EVENT|FOREIGN)\s+)*(?:SCHEMA|EXTENSION|FUNCTION|PROCEDURE|AGGREGATE|SEQUENCE|VIEW|OPERATOR|COLLATION|CONVERSION|LANGUAGE|SERVER|TEXT|TRIGGER|DATA|PUBLICATION|ACCESS)|CREATE\s+(?:TYPE|DOMAIN|CAST|TRANSFORM|(?:OR\s+REPLACE\s+)?RULE))\b/i;

/**
 * Whether the statement may have met a row's value when it failed. Where the server points into a statement's text it was
 * still parsing, and had read nothing but that text.
 */
export function readingOf(error: ServerError, plan: StatementPlan | null, entry: DumpEntry): Reading {
  if (plan === null || plan.kind === 'insert' || plan.kind === 'copy') return 'rows';
  if (error.whileParsing || evaluatesNothing.has(plan.kind)) return 'definitions';
  const defines = plan.kind === 'other' && entry.statements.every(({ sql }) => definesOnly.test(sql));
  return defines ? 'definitions' : 'rows';
}

/** The finding that a failure of a class is told as. */
export const findingOf: Record<FailureClass, FindingCode> = {
  'missing extension': 'EXTENSION_UNAVAILABLE',
  'missing role': 'ROLE_MISSING',
  'missing object': 'ENTRY_FAILED',
  'duplicate key': 'DUPLICATE_KEYS',
  'orphaned rows': 'FK_ORPHANS',
  'search_path defect': 'SEARCH_PATH_DEFECT',
  'rejected row': 'ROWS_REJECTED',
  'invalid encoding': 'ENCODING_INVALID',
  'insufficient privilege': 'PRIVILEGE_MISSING',
  'out of disk': 'SANDBOX_DISK_FULL',
  'connection lost': 'SANDBOX_LOST',
  'statement timeout': 'ENTRY_FAILED',
  refused: 'STATEMENT_REFUSED',
  other: 'ENTRY_FAILED',
};
