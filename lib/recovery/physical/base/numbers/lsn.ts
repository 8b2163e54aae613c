/** A position in the WAL, as PostgreSQL writes it: two hexadecimal numbers of 32 bits, `0/F00028`. */

/** Null for what is no such position. PostgreSQL 19 fills the second number with zeros. */
export function parseLsn(text: string): bigint | null {
  const [, high, low] = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text) ?? [];
  return high === undefined || low === undefined ? null : (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
}
