/**
 * A position in the write-ahead log: bytes since the log of the cluster began, from 0 to 2^53 - 1. PostgreSQL counts with 64 bits
 * (`access/xlogdefs.h`); 8 PiB of log are more than any cluster has written, and plain numbers are what makes reading fast.
 */
export type Lsn = number;

/** As PostgreSQL writes it, such as `0/F000028`. */
export function formatLsn(lsn: Lsn): string {
  return `${Math.floor(lsn / 2 ** 32).toString(16)}/${(lsn % 2 ** 32).toString(16)}`.toUpperCase();
}

/** @returns null for what is no position, or one beyond 2^53. PostgreSQL 19 fills the second number with zeros. */
export function parseLsn(text: string): Lsn | null {
  const parts = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (parts === null) return null;
  const lsn = Number.parseInt(parts[1] as string, 16) * 2 ** 32 + Number.parseInt(parts[2] as string, 16);
  return Number.isSafeInteger(lsn) ? lsn : null;
}
