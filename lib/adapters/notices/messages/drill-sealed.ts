import { alarmHeadings, restoreHeadings, runbookLink } from '../../../contract/alarm-names.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { summaryFacts } from '../../../domain/record/report/summary.ts';
import { bySeverity, verdictReason } from '../../../domain/record/report/wording.ts';
import { executionUrl, type NoticePlaces, reportLocation } from './console-links.ts';
import { asciiSubject, factLines, findingLines, line, type Message, paragraphs } from './message.ts';
import { sealedEvent } from './sealed-event.ts';

/** The end of every drill and restore: verdict, why, what to do next, and where the evidence lies. */
export function drillSealedMessage(record: DrillRecord, places: NoticePlaces): Message {
  const { cost } = record;
  const facts: [string, string][] = summaryFacts(record).map(([label, value]) => [label, value]);
  return {
    subject: asciiSubject(`[restore-drill] ${record.database}: ${headline(record)}`),
    data: sealedEvent(record),
    body: paragraphs([
      `${record.verdict.replaceAll('_', ' ')}: ${line(verdictReason(record))}`,
      handOverLines(record),
      factColumns([
        ...facts,
        ...(cost === undefined
          ? []
          : [['Cost', `${cost.actualUsd.toFixed(2)} USD (list prices)`] as [string, string]]),
      ]),
      headed('Findings, gravest first:', findingLines(record.findings)),
      headed(
        'Not tested:',
        record.notTested.slice(0, 10).map((what) => `  - ${line(what)}`),
      ),
      [
        `Report:    ${reportLocation(places, record.drillId)}`,
        `           restore-drill report ${line(record.drillId)}`,
        `Execution: ${executionUrl(places, record.drillId)}`,
        `Drill:     ${line(record.drillId)}, started by ${line(record.operator)}`,
        `Runbook:   ${sectionFor(record, places)}`,
      ],
    ]),
  };
}

/** Where the runbook goes on from here. */
function sectionFor({ verdict, mode, handOver, findings }: DrillRecord, { runbook }: NoticePlaces): string {
  if (handOver !== undefined) return runbookLink(runbook, restoreHeadings.handedOver);
  if (verdict === 'PROVEN' && mode === 'drill') return runbook;
  const missed = findings.some(({ code }) => code === 'RTO_MISSED' || code === 'RPO_MISSED');
  return runbookLink(runbook, missed ? alarmHeadings.objectiveMissed : alarmHeadings.drillFailed);
}

/** The first thing a person reads; the gravest finding is named when something is wrong. */
function headline(record: DrillRecord): string {
  const gravest = bySeverity(record.findings)[0];
  const code = gravest === undefined || record.verdict === 'PROVEN' ? '' : ` - ${gravest.code}`;
  if (record.handOver !== undefined) {
    return record.handOver.complete ? 'RESTORED and handed over' : 'RESTORED, but work remains for you';
  }
  if (record.mode === 'restore') {
    const declined = record.findings.some((finding) => finding.code === 'RESTORE_DECLINED');
    return declined ? 'restore DECLINED, torn down' : `restore FAILED${code || ', torn down'}`;
  }
  return `${record.verdict.replaceAll('_', ' ')}${code}`;
}

function handOverLines({ handOver }: DrillRecord): string[] | null {
  if (handOver === undefined) return null;
  return [
    'The restored database is yours; nothing of restore-drill deletes it any more:',
    ...factLines([
      ['Instance', handOver.sandboxId],
      ['Endpoint', `${handOver.endpoint}:${handOver.port}`],
      ['Master role', handOver.masterRole],
      ['Password', handOver.secretArn === null ? 'none is kept' : `in the secret ${handOver.secretArn}`],
    ]),
    ...(handOver.remaining.length === 0
      ? []
      : ['What remains for you:', ...handOver.remaining.map((what) => `  - ${line(what)}`)]),
  ];
}

const headed = (heading: string, lines: string[]) => (lines.length === 0 ? null : [heading, ...lines]);

/** Facts without a label go on below the one before. */
function factColumns(facts: [string, string][]): string[] {
  return facts.map(([label, value]) => `${(label === '' ? '' : `${label}:`).padEnd(11)}${line(value)}`);
}
