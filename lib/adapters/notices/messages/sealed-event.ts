import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { type DrillEvent, drillEvent } from '../../../domain/record/report/drill-event.ts';
import { recordDigest } from '../../seals/record-digest.ts';

/** The event of a sealed drill, with the hash of record.json as it lies among the reports. */
export const sealedEvent = (record: DrillRecord): DrillEvent => drillEvent(record, recordDigest(record));
