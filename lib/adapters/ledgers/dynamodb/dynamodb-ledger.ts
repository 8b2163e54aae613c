import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../ports/clock.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import type { Ledger } from '../../../ports/ledger.ts';
import { freeSlot, takeSlot } from './drill-slots.ts';
import { ledgerError } from './ledger-errors.ts';
import { lastProvenRecord, newestRecords, recordByDrill, type TableDamage } from './ledger-history.ts';
import { releaseLock, takeLock } from './ledger-lock.ts';
import { sealRecord } from './ledger-seal.ts';

export type { TableDamage } from './ledger-history.ts';

export interface DynamoLedgerOptions {
  client: DynamoDBClient;
  /** Table with the string keys `pk` and `sk`, and TTL on `expiresAtEpoch`. */
  tableName: string;
  clock: Clock;
  /** Configured databases: what a history without a database shows. */
  databases: readonly string[];
  /** Takes records that are too large for the table. */
  evidence?: EvidenceStore;
  /** How many drills may run at once. @default null: as many as there are */
  mostDrills?: number | null;
  /** Whether a drill's execution still runs, so that the lock of an aborted one does not hold for its whole lease. */
  isRunning?: (drillId: string) => Promise<boolean>;
  /** Whether somebody may still be cleaning up after an ended drill, and will seal its record. */
  isCleanedUp?: (drillId: string) => Promise<boolean>;
  /** Told of each record that is met and cannot be read. */
  onDamage?: (damage: TableDamage) => void;
}

/** Requests that could not be understood name no database; their records are kept under this name. */
const unnamedDatabase = 'unknown';

/**
 * The ledger in one DynamoDB table. Keys: `database#<db>` / `drill#<startedAt>#<drillId>` holds a record (gzip),
 * `drill#<drillId>` / `pointer` leads to it, `database#<db>` / `proven` to the newest proven one, `lock#<db>` / `lock` is
 * the lock of a database, `lock#slots` / `slots` says which drills run. Reads are consistent: the step after a write must see it.
 *
 * All functions throw DrillError LEDGER_UNWRITABLE or LEDGER_UNREADABLE; `seal` also INTERNAL_ERROR for a record that is
 * not whole and EVIDENCE_UNWRITABLE for a large one.
 */
export function createDynamoLedger(options: DynamoLedgerOptions): Ledger {
  const { client, tableName, clock, databases, onDamage } = options;
  const history = { client, tableName, evidence: options.evidence ?? null, onDamage };
  const lockOptions = {
    client,
    tableName,
    clock,
    ...(options.isRunning === undefined ? {} : { isRunning: options.isRunning }),
    ...(options.isCleanedUp === undefined ? {} : { isCleanedUp: options.isCleanedUp }),
  };
  const writing = <Result>(work: Promise<Result>) =>
    work.catch((error: unknown): never => {
      throw ledgerError('LEDGER_UNWRITABLE', tableName, error);
    });
  const reading = <Result>(work: Promise<Result>) =>
    work.catch((error: unknown): never => {
      throw ledgerError('LEDGER_UNREADABLE', tableName, error);
    });
  return {
    lock: (lock) => writing(takeLock(lock, lockOptions)),
    unlock: async (database, drillId) => {
      await writing(freeSlot(drillId, lockOptions));
      await writing(releaseLock(database, drillId, lockOptions));
    },
    takeSlot: (slot) => writing(takeSlot(slot, { ...lockOptions, mostDrills: options.mostDrills ?? null })),
    seal: (record) =>
      writing(sealRecord(record, { client, tableName, clock, evidence: options.evidence ?? null })),
    history: ({ database, limit }) =>
      reading(
        newestRecords(database === undefined ? [...databases, unnamedDatabase] : [database], limit, history),
      ),
    show: (drillId) => reading(recordByDrill(drillId, history)),
    lastProven: (database) => reading(lastProvenRecord(database, history)),
  };
}
