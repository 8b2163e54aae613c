import type { DrillRecord } from '../domain/record/drill-record.ts';
import { mostPastDrills } from '../domain/record/past-drills.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/**
 * The newest drills of a database, the one that is being sealed among them: for its reports, and for what people are told.
 * Null: they could not be read, and it is sealed without them.
 */
export async function readPast(
  { drillId, database }: Pick<DrillRecord, 'drillId' | 'database'>,
  { ledger, mishaps }: Pick<DrillPorts, 'ledger' | 'mishaps'>,
): Promise<DrillRecord[] | null> {
  try {
    return await ledger.history({ database, limit: mostPastDrills + 1 });
  } catch (error) {
    mishaps.tell({ what: 'read the drills before', drillId, error, unheard: false });
    return null;
  }
}
