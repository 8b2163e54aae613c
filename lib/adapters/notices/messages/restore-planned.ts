import { restoreHeadings, runbookLink } from '../../../contract/alarm-names.ts';
import { dumpMoment } from '../../../domain/backup/dump-moment.ts';
import type { DrillState } from '../../../domain/drill/drill-state.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { rdsPlanOf } from '../../../domain/sandbox/sandbox-plan.ts';
import { formatBytes, formatMoment } from '../../../domain/text/quantities.ts';
import { executionArn, executionUrl, type NoticePlaces } from './console-links.ts';
import { asciiSubject, factLines, findingLines, line, type Message, paragraphs } from './message.ts';

/** A real restore begins: what will be made, from what, at what cost, and how to stop it. */
export function restorePlannedMessage(
  state: DrillState,
  lastProven: DrillRecord | null,
  places: NoticePlaces,
): Message {
  const arn = executionArn(places, state.drillId);
  return {
    subject: asciiSubject(`[restore-drill] ${state.database}: a real restore has begun`),
    data: { drillId: state.drillId, database: state.database, backup: state.dump?.key ?? null },
    body: paragraphs([
      `A real restore of the database "${line(state.database)}" was started by ${line(state.request.operator)}.`,
      'NOTHING THAT EXISTS IS TOUCHED: a new instance is made beside what you have. Nothing is overwritten, renamed, stopped or deleted, and no application is pointed anywhere.',
      ['What will be done:', ...factLines([...restoreFacts(state, lastProven), ...instanceFacts(state)])],
      findingLines(worthKnowing(state)),
      [
        'What happens next: the dump is restored and checked as in a drill. You are told when it is done,',
        'and asked before it is kept unless your configuration waives that. Until then it is torn down if anything fails.',
      ],
      [
        'To watch it:',
        `  ${executionUrl(places, state.drillId)}`,
        'To stop it (what was made is removed):',
        `  aws stepfunctions stop-execution --region ${places.region} --execution-arn ${arn}`,
        `Drill:   ${line(state.drillId)}`,
        `Runbook: ${runbookLink(places.runbook, restoreHeadings.plan)}`,
      ],
    ]),
  };
}

/** What is restored, and who says that it can be trusted. */
export function restoreFacts(
  state: DrillState,
  lastProven: DrillRecord | null,
): [label: string, value: string | null][] {
  const { dump, request } = state;
  if (dump === null) return [['Dump', 'none was selected']];
  const proof =
    lastProven !== null && lastProven.provenDump === dump.key
      ? `${formatMoment(lastProven.endedAt)} by drill ${lastProven.drillId}`
      : 'this dump has NOT been proven by a drill; the checks after the restore decide';
  return [
    ['Dump', dump.key],
    ['Lies in', state.dumpLocation],
    ['State of', formatMoment(dumpMoment(dump))],
    ['Size', formatBytes(dump.sizeBytes)],
    ['Proven', proof],
    [
      'Asked for',
      request.key !== null ? 'this very dump' : request.at === null ? null : `not after ${request.at}`,
    ],
  ];
}

/** The instance that is made, and what it costs until a person decides. */
export function instanceFacts({ plan, sandbox }: DrillState): [label: string, value: string | null][] {
  const rds = rdsPlanOf(plan);
  const placement = rds?.placements[sandbox?.placement ?? 0] ?? rds?.placements[0];
  return [
    ['New instance', sandbox?.sandboxId ?? null],
    ['Class', placement?.instanceClass ?? null],
    ['Storage', rds === null ? null : `${rds.storageGib} GiB gp3, encrypted`],
    ['PostgreSQL', rds?.engineVersion ?? (plan === null ? null : String(plan.majorVersion))],
    ['Cost', rds === null ? null : `about ${rds.estimatedCostUsd.toFixed(2)} USD until it is handed over`],
  ];
}

const worthKnowing = (state: DrillState) => [...state.drillFindings, ...state.findings];
