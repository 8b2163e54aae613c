/** What a drill tells beside its work. Nothing here ends a drill; what did not work is said as a mishap. */

import type { DrillRecord } from '../domain/record/drill-record.ts';
import { type EarlierDrills, earlierDrills } from '../domain/record/occasions.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { DrillNotice } from '../ports/notifier.ts';

/** Gives a notice to every notifier; one that fails keeps it from no other. */
export async function tellPeople(
  notice: DrillNotice,
  { notifiers, mishaps }: Pick<DrillPorts, 'notifiers' | 'mishaps'>,
): Promise<void> {
  const { drillId } = notice.kind === 'drill sealed' ? notice.record : notice.state;
  await Promise.all(
    notifiers.map(async (notifier) => {
      try {
        await notifier.notify(notice);
      } catch (error) {
        mishaps.tell({
          ...{ what: `send "${notice.kind}" to ${notifier.name}`, drillId, error, unheard: true },
        });
      }
    }),
  );
}

/** Enough to find the drill before one that is sealed late, by clean-up or by a repeated step. */
const recentDrills = 20;

/**
 * The end of a drill, for dashboards and for people.
 *
 * @param lastProven the last proven drill before this one
 */
export async function tellSealed(
  record: DrillRecord,
  lastProven: DrillRecord | null,
  ports: Pick<DrillPorts, 'notifiers' | 'drillMetrics' | 'mishaps' | 'ledger'>,
): Promise<void> {
  try {
    ports.drillMetrics?.drillSealed(record);
  } catch (error) {
    ports.mishaps.tell({ what: 'write metrics', drillId: record.drillId, error, unheard: false });
  }
  const earlier = await readEarlier(record, lastProven, ports);
  await tellPeople({ kind: 'drill sealed', record, earlier }, ports);
}

async function readEarlier(
  record: DrillRecord,
  lastProven: DrillRecord | null,
  { ledger, mishaps }: Pick<DrillPorts, 'ledger' | 'mishaps'>,
): Promise<EarlierDrills | null> {
  const { drillId, database } = record;
  try {
    return earlierDrills(record, await ledger.history({ database, limit: recentDrills }), lastProven);
  } catch (error) {
    mishaps.tell({ what: 'read the drills before', drillId, error, unheard: false });
    return null;
  }
}
