/** What a record says of the log itself: ends of transactions and marks of the server; never content of rows. */
import type { Lsn } from '../numbers/lsn.ts';

/** A record that the reach of a recovery depends on; `lsn` is where it begins, `micros` are since 1970 in UTC. */
export type WalEvent =
  | { kind: 'commit' | 'abort'; lsn: Lsn; micros: number }
  /** Its time is in whole seconds. */
  | {
      kind: 'checkpoint';
      lsn: Lsn;
      micros: number;
      isShutdown: boolean;
      timeline: number;
      previousTimeline: number;
    }
  | { kind: 'end of recovery'; lsn: Lsn; micros: number; timeline: number; previousTimeline: number }
  | { kind: 'switch'; lsn: Lsn }
  /** The end of a base backup, with the position that it began at. */
  | { kind: 'backup end'; lsn: Lsn; start: Lsn }
  | { kind: 'restore point'; lsn: Lsn; name: string; micros: number };

/** Resource managers whose records are looked into: RM_XLOG_ID and RM_XACT_ID of `access/rmgrlist.h`. */
export const [xlogManager, xactManager] = [0, 1] as const;

/** The bits of xl_info that are the resource manager's (XLR_RMGR_INFO_MASK), and those of them that RM_XACT uses (XLOG_XACT_OPMASK). */
const [managerBits, xactBits] = [0xf0, 0x70];
/** Kinds of record of RM_XLOG, `catalog/pg_control.h`. */
const xlog = {
  shutdownCheckpoint: 0x00,
  onlineCheckpoint: 0x10,
  switch: 0x40,
  backupEnd: 0x50,
  restorePoint: 0x70,
  endOfRecovery: 0x90,
} as const;
/** Kinds of record of RM_XACT, `access/xact.h`: plain ones, and of a transaction that was prepared before. */
const xact = new Map([
  [0x00, 'commit'],
  [0x30, 'commit'],
  [0x20, 'abort'],
  [0x40, 'abort'],
] as const);

/** Ids before the main data, `access/xlogrecord.h`. */
const [shortData, longData, origin, toplevelXid] = [255, 254, 253, 252];

/** Bytes behind the record header that are enough for all that is read here: three headers, and a name of 64 bytes behind a time. */
export const lookedIntoBytes = 128;

/** Microseconds from 1970 to 2000, from when PostgreSQL counts (`datatype/timestamp.h`). */
const epochMicros = 946_684_800_000_000;

export const isSwitch = (manager: number, info: number): boolean =>
  manager === xlogManager && (info & managerBits) === xlog.switch;

/**
 * @param bytes that hold the record behind its header from `from` on, or its first 128 bytes
 * @returns null for a record that says nothing here
 */
export function eventOf(
  lsn: Lsn,
  manager: number,
  info: number,
  bytes: Buffer,
  from: number,
  to: number,
): WalEvent | null {
  if (isSwitch(manager, info)) return { kind: 'switch', lsn };
  const data = mainData(bytes, from, to);
  if (data === null) return null;
  if (manager === xactManager) {
    const kind = xact.get((info & xactBits) as 0);
    return kind === undefined || data.length < 8 ? null : { kind, lsn, micros: timeAt(data, 0) };
  }
  return manager === xlogManager ? xlogEvent(lsn, info & managerBits, data) : null;
}

function xlogEvent(lsn: Lsn, kind: number, data: Buffer): WalEvent | null {
  switch (kind) {
    case xlog.shutdownCheckpoint:
    case xlog.onlineCheckpoint:
      // CheckPoint: redo, ThisTimeLineID, PrevTimeLineID; nine more fields, time in seconds. At the same places in 13 to 18.
      return data.length < 72
        ? null
        : {
            kind: 'checkpoint',
            lsn,
            micros: Number(data.readBigInt64LE(64)) * 1e6,
            isShutdown: kind === xlog.shutdownCheckpoint,
            timeline: data.readUInt32LE(8),
            previousTimeline: data.readUInt32LE(12),
          };
    case xlog.endOfRecovery:
      return data.length < 16
        ? null
        : {
            kind: 'end of recovery',
            lsn,
            micros: timeAt(data, 0),
            timeline: data.readUInt32LE(8),
            previousTimeline: data.readUInt32LE(12),
          };
    case xlog.backupEnd:
      return data.length < 8
        ? null
        : { kind: 'backup end', lsn, start: data.readUInt32LE(4) * 2 ** 32 + data.readUInt32LE(0) };
    case xlog.restorePoint:
      return data.length < 9
        ? null
        : { kind: 'restore point', lsn, micros: timeAt(data, 0), name: textAt(data, 8) };
    default:
      return null;
  }
}

/** The record's own data. Those that are looked into refer to no block, so that only an origin and a transaction may come before. */
function mainData(bytes: Buffer, from: number, to: number): Buffer | null {
  for (let at = from; at + 2 <= to; ) {
    const id = bytes[at];
    if (id === shortData) return bytes.subarray(at + 2, Math.min(to, at + 2 + (bytes[at + 1] as number)));
    if (id === longData) return at + 5 > to ? null : bytes.subarray(at + 5, to);
    if (id === origin) at += 3;
    else if (id === toplevelXid) at += 5;
    else return null;
  }
  return null;
}

const timeAt = (data: Buffer, at: number): number =>
  data.readInt32LE(at + 4) * 2 ** 32 + data.readUInt32LE(at) + epochMicros;

function textAt(data: Buffer, at: number): string {
  const end = data.indexOf(0, at);
  return data.toString('utf8', at, end === -1 ? data.length : end);
}
