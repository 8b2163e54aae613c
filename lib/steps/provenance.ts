import type { DrillState } from '../domain/drill/drill-state.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { approverOf, type RecordedConfiguration } from '../domain/record/provenance.ts';
import { visibleJson } from '../domain/text/visible-text.ts';
import type { Configuration, DrillPorts } from '../ports/drill-ports.ts';

/** The part of a record that says what was asked, by whom and where. */
export function provenanceOf(
  { database, drillId, request, approval }: DrillState,
  { configuration, provenance }: Pick<DrillPorts, 'configuration' | 'provenance'>,
): Pick<DrillRecord, 'configuration' | 'place' | 'people' | 'software'> {
  const { software, operatorBasis } = provenance;
  return {
    configuration: configurationOf(database, configuration, (text) => provenance.digest(text)),
    place: provenance.placeOf(drillId),
    people: {
      operator: { name: request.operator, basis: operatorBasis },
      approver: approval === null ? null : approverOf(approval.by),
    },
    software,
  };
}

/** Null where there is none: a request that named no database, or a drills.yaml that cannot be read. */
function configurationOf(
  database: string,
  configuration: Configuration,
  digest: (text: string) => string,
): RecordedConfiguration | null {
  try {
    if (!configuration.databases().includes(database)) return null;
    const text = visibleJson(configuration.database(database), 2);
    return { text, sha256: digest(text) };
  } catch (error) {
    if (isDrillError(error)) return null;
    throw error;
  }
}
