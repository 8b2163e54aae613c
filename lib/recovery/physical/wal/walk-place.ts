import type { Lsn } from '../numbers/lsn.ts';
import { copyOfRecord, type PendingRecord } from './pending-record.ts';

/** How far a walk through the log came. */
export interface WalkPlace {
  /** Where the next record is looked for; behind a switch, the segment after. */
  next: Lsn;
  /** Where the last whole record begins; null before the first. */
  lastRecord: Lsn | null;
  /** Timeline of the last page. */
  timeline: number;
  /** Whole records so far. */
  records: number;
  /** The record that goes on on the next page. */
  pending: PendingRecord | null;
}

/** A copy that the walk does not change. */
export const copyOfPlace = (place: WalkPlace): WalkPlace => ({
  ...place,
  pending: place.pending === null ? null : copyOfRecord(place.pending),
});
