import { formatCountOf } from '../text/quantities.ts';
import type { DrillRecord } from './drill-record.ts';

/**
 * `23 tables, 48,120 rows`, the rows last; the number of databases when there is more than one. Rows are those of the backup: what a materialized
 * view computes of them is counted apart, so that the sum is the one that the restore told.
 */
export function dataSentence(tables: DrillRecord['tables']): string {
  const databases = new Set(tables.map(({ database }) => database)).size;
  // Of a base backup, and in records of earlier releases, nothing says what the backup holds of each.
  const told = tables.some(({ expected }) => expected !== undefined);
  const ofBackup = told ? tables.filter(({ expected }) => expected !== undefined) : tables;
  const rows = ofBackup.reduce((sum, table) => sum + table.rows, 0);
  const computed = tables.length - ofBackup.length;
  return [
    ...(databases > 1 ? [formatCountOf(databases, 'database')] : []),
    formatCountOf(ofBackup.length, 'table'),
    ...(computed === 0 ? [] : [formatCountOf(computed, 'materialized view')]),
    formatCountOf(rows, 'row'),
  ].join(', ');
}
