import type { DrillRecord } from '../domain/record/drill-record.ts';

/** Tells other programs of each sealed drill. Adapter: lib/adapters/notices/event-bus.ts. */
export interface DrillEvents {
  /** Once for each sealing: who is told twice knows the drill by its id. Throws what the service answers. */
  drillSealed(record: DrillRecord): Promise<void>;
}
