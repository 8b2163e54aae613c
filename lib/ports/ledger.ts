import type { DrillRecord } from '../domain/record/drill-record.ts';

/** A lock on one database so that two drills of it never run at once. Expires with its lease. */
export interface DrillLock {
  database: string;
  drillId: string;
  leaseExpiresAt: string;
}

/** `abandoned`: the drill that held the lock before and died without letting it go; it sealed no record. */
export type LockAnswer =
  | { taken: true; abandoned?: { drillId: string; takenAt: string } }
  | { taken: false; heldBy: DrillLock };

/** One of the places for drills that run at the same time. A real restore has one too, and waits for none. */
export interface DrillSlot {
  drillId: string;
  leaseExpiresAt: string;
  waits: boolean;
}

/** `runningDrills`: those that have the slots, by their ids. */
export type SlotAnswer = { taken: true } | { taken: false; runningDrills: string[] };

/**
 * The table of records. Adapters: one local file (adapters/ledgers/file/file-ledger.ts), DynamoDB. Safe against concurrent
 * runs and torn writes.
 */
export interface Ledger {
  /** Takes the lock, or says who holds it. An expired lease, or (locally) a dead owner, does not hold. */
  lock(lock: DrillLock): Promise<LockAnswer>;
  /** Lets go the lock, and the drill's slot. */
  unlock(database: string, drillId: string): Promise<void>;
  /**
   * Takes a slot, or says who has them all; asked again by the drill that has one, it has it. An expired lease or an
   * ended drill does not hold. On one machine there is always one.
   */
  takeSlot(slot: DrillSlot): Promise<SlotAnswer>;
  /**
   * Writes the sealed record, with the link to the record of its database that was sealed before it. Idempotent by
   * drillId.
   */
  seal(record: DrillRecord): Promise<void>;
  /** Newest first. */
  history(options: { database?: string; limit: number }): Promise<DrillRecord[]>;
  show(drillId: string): Promise<DrillRecord | null>;
  lastProven(database: string): Promise<DrillRecord | null>;
}
