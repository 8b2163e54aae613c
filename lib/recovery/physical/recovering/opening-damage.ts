import { DatabaseError } from 'pg';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../domain/findings/finding-registry.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { conditionOf } from '../../../domain/server-errors/conditions.ts';

/** What the server says of files that it cannot use (PostgreSQL documentation, appendix A). */
const damages: Readonly<Record<string, FindingCode>> = {
  '58P01': 'BASE_BACKUP_INCOMPLETE',
  XX001: 'PAGE_CORRUPT',
  XX002: 'INDEX_CORRUPT',
};

/**
 * The finding where a recovered cluster cannot be looked at because its catalogue is damaged: PostgreSQL starts with such a one, and says so
 * when a database is opened. Null for every other error.
 */
export function openingDamage(error: unknown): Finding | null {
  // Where the cluster is refused before anybody can log in, the server's words are the cause.
  const told = isDrillError(error) ? error.cause : error;
  const sqlState = told instanceof DatabaseError ? (told.code ?? '') : '';
  const code = damages[sqlState];
  if (code === undefined) return null;
  return finding(
    code,
    `the recovered cluster cannot be looked at: ${conditionOf(sqlState)} (SQLSTATE ${sqlState})`,
  );
}
