import { secondsBetween } from '../time/spans.ts';
import type { SelectedDump } from './dump.ts';

/** Neither a name nor an archive's header need have a zone: both may be local time, off by up to 14 hours. */
const zoneUncertaintySeconds = 14 * 3600;

/**
 * The moment a dump stands for, from which the age of its rows is measured. The name says what the backup job meant,
 * so it counts first; the header's creation time second; the end of the upload last, because copying a file makes it
 * young again. `dumpMomentToleranceSeconds` is how much later the newest row may honestly be.
 */
export function dumpMoment(dump: SelectedDump): { dumpMoment: string; dumpMomentToleranceSeconds: number } {
  const { consistencyPoint } = dump.header;
  if (dump.nameTimestamp !== null) {
    const periodSeconds = secondsBetween(dump.nameTimestamp, dump.nameTimestampEnd ?? dump.nameTimestamp);
    return {
      dumpMoment: dump.nameTimestamp,
      dumpMomentToleranceSeconds: periodSeconds + zoneUncertaintySeconds,
    };
  }
  if (consistencyPoint !== null) {
    return { dumpMoment: consistencyPoint, dumpMomentToleranceSeconds: zoneUncertaintySeconds };
  }
  return { dumpMoment: dump.uploadedAt, dumpMomentToleranceSeconds: 300 };
}
