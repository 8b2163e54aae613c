/** What a drill tells beside its work. Nothing here ends a drill; what did not work is said as a mishap. */

import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { EarlierDrills } from '../domain/record/occasions.ts';
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

/**
 * The end of a drill, for dashboards and for people.
 *
 * @param earlier what was known before it; null: it could not be read
 */
export async function tellSealed(
  record: DrillRecord,
  earlier: EarlierDrills | null,
  ports: Pick<DrillPorts, 'notifiers' | 'drillMetrics' | 'mishaps'>,
): Promise<void> {
  try {
    ports.drillMetrics?.drillSealed(record);
  } catch (error) {
    ports.mishaps.tell({ what: 'write metrics', drillId: record.drillId, error, unheard: false });
  }
  await tellPeople({ kind: 'drill sealed', record, earlier }, ports);
}
