import { fewestDrills } from '../domain/forecast/forecast.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { mostPastDrills } from '../domain/record/past-drills.ts';
import { withForecast } from '../domain/record/with-forecast.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** Five months of daily drills, among which are five monthly ones in another kind of sandbox. */
const furtherBack = 155;

/**
 * The record with the forecast of its database, from the drills before it. Further back is read only where the newest ones hold
 * too few in its kind of sandbox. What cannot be read leaves it without: no drill ends otherwise for it.
 *
 * @param history the newest records of its database; null: they could not be read
 */
export async function forecastDrill(
  record: DrillRecord,
  history: DrillRecord[] | null,
  { ledger, mishaps }: Pick<DrillPorts, 'ledger' | 'mishaps'>,
): Promise<DrillRecord> {
  if (history === null) return record;
  const forecasted = withForecast(record, history);
  const { forecast } = forecasted;
  if (forecast === undefined || forecast.drills >= fewestDrills || history.length <= mostPastDrills)
    return forecasted;
  const { drillId, database } = record;
  try {
    return withForecast(record, await ledger.history({ database, limit: furtherBack }));
  } catch (error) {
    mishaps.tell({ what: 'read the drills before', drillId, error, unheard: false });
    return forecasted;
  }
}
