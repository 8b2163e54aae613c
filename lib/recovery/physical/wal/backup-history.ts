/** Backup history files, `….backup`, which the server archives when a base backup ends (`access/transam/xlogbackup.c`). */
import { type Lsn, parseLsn } from '../numbers/lsn.ts';

export interface BackupHistory {
  start: Lsn;
  stop: Lsn;
  /** To the second, as the file says it; null in a time zone that is not UTC, whose name may mean several. */
  stopTime: Date | null;
}

/** @returns null for what is no such file */
export function parseBackupHistory(text: string): BackupHistory | null {
  const lsnAfter = (words: string): Lsn | null =>
    parseLsn(new RegExp(`^${words}: ([0-9A-F]+/[0-9A-F]+)`, 'm').exec(text)?.[1] ?? '');
  const start = lsnAfter('START WAL LOCATION');
  const stop = lsnAfter('STOP WAL LOCATION');
  if (start === null || stop === null) return null;
  const time = /^STOP TIME: (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|GMT)$/m.exec(text);
  const stopTime = time === null ? null : new Date(`${time[1]}T${time[2]}Z`);
  return { start, stop, stopTime: stopTime === null || Number.isNaN(stopTime.getTime()) ? null : stopTime };
}
