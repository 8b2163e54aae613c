import type { DrillRecord } from './drill-record.ts';

/** Whether a record is of a base backup with its WAL and not of a dump. */
export const isBaseBackup = ({ dump }: Pick<DrillRecord, 'dump'>): boolean => dump?.format === 'base backup';

/** What people are told that was drilled. */
export const backupWord = (record: Pick<DrillRecord, 'dump'>): 'base backup' | 'dump' =>
  isBaseBackup(record) ? 'base backup' : 'dump';
