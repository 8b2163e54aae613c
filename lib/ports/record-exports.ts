import type { DrillRecord } from '../domain/record/drill-record.ts';

/**
 * Tells another service of each sealed record. Adapters: lib/adapters/notices/event-bus.ts and lib/adapters/exports; none on
 * one machine.
 */
export interface RecordExport {
  /** Completes "could not …", e.g. `put the event of the drill on the bus`. */
  readonly what: string;
  /** Once for each sealing: who is told twice knows the drill by its id. Throws what the service answers. */
  drillSealed(record: DrillRecord): Promise<void>;
}
