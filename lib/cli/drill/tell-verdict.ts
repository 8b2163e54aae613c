import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { verdictReason } from '../../domain/record/report/wording.ts';
import type { ProgressOptions } from '../progress/create-progress.ts';
import { progressLine } from '../progress/json-progress.ts';
import { colourWanted, widthOf } from '../render/colour.ts';
import { renderVerdict } from '../render/verdict.ts';

/** The end of a drill on stderr, in the way that its steps were told. @param report path of the report for people */
export function tellVerdict(
  record: DrillRecord,
  report: string,
  { progress, quiet = false }: ProgressOptions,
): void {
  const { drillId, database, verdict } = record;
  if (progress === 'json') {
    const told = {
      event: 'verdict',
      drillId,
      database,
      verdict,
      reason: verdictReason(record),
      report,
    } as const;
    process.stderr.write(progressLine(told, new Date()));
    return;
  }
  const layout = { width: widthOf(process.stderr), colour: colourWanted(process.stderr, process.env) };
  process.stderr.write(renderVerdict(record, { ...layout, brief: quiet, reports: [report] }));
}
