import { restoreHeadings, runbookLink } from '../../../contract/alarm-names.ts';
import type { ProductionConfig } from '../../../domain/config/index.ts';
import type { DrillState } from '../../../domain/drill/drill-state.ts';
import type { AttemptReport } from '../../../domain/record/attempt-report.ts';
import { rdsPlanOf } from '../../../domain/sandbox/sandbox-plan.ts';
import { formatMoment } from '../../../domain/text/quantities.ts';
import type { ApprovalWay } from '../../../ports/approvals.ts';
import type { Notice } from '../../../ports/notifier.ts';
import { executionUrl, type NoticePlaces } from './console-links.ts';
import { asciiSubject, factLines, findingLines, line, type Message, paragraphs } from './message.ts';
import { instanceFacts, restoreFacts } from './restore-planned.ts';

/**
 * What a person decides about, without the links: also shown on the page behind them. `report` is what Judge said of the
 * restored data; null when it could not be read, and then the text says so.
 */
export function approvalPlan(state: DrillState, report: AttemptReport | null): string {
  const production = rdsPlanOf(state.plan)?.production ?? null;
  const facts = factLines([
    ...restoreFacts(state, null).filter(([label]) => label !== 'Proven'),
    ...instanceFacts(state).filter(([label]) => label !== 'Cost'),
    ['Endpoint', state.sandbox?.address?.host ?? null],
    ['Checks', checksFact(state, report)],
  ]);
  return paragraphs([
    facts,
    findingLines([...(report?.findings ?? state.findings), ...state.drillFindings]),
    [
      'Approve: the new instance is kept. Its lease is removed, so that nothing of restore-drill ever deletes it;',
      `${production === null ? 'then' : promotionSentence(production)} it is handed over with its endpoint and secret. Costs go on until you delete it.`,
      'Decline: the new instance is torn down. Nothing else changes.',
    ],
  ]).trimEnd();
}

function checksFact({ verdict }: DrillState, report: AttemptReport | null): string {
  if (report === null) return `${verdict ?? 'no verdict'}; the details could not be read, see the execution`;
  const passed = report.checks.filter(({ status }) => status === 'passed').length;
  return `${report.verdict.replaceAll('_', ' ')}: ${passed} of ${report.checks.length} passed`;
}

function promotionSentence(production: ProductionConfig): string {
  return production.multiAz === true
    ? 'a standby in another zone and deletion protection are added, then'
    : 'deletion protection is added, then';
}

/** A restored database waits for a decision. */
export function approvalNeededMessage(
  { state, expiresAt, way, report }: Extract<Notice, { kind: 'approval needed' }>,
  places: NoticePlaces,
): Message {
  return {
    subject: asciiSubject(`[restore-drill] ${state.database}: restored, your decision is needed`),
    data: { drillId: state.drillId, database: state.database, verdict: state.verdict, expiresAt },
    body: paragraphs([
      `The database "${line(state.database)}" was restored into a new instance and checked. Decide whether it is kept, before ${formatMoment(expiresAt)}. Nobody in time counts as declined.`,
      approvalPlan(state, report),
      howToAnswer(state, way, places),
      [
        'To look at it:',
        `  ${executionUrl(places, state.drillId)}`,
        `Drill:   ${line(state.drillId)}`,
        `Runbook: ${runbookLink(places.runbook, restoreHeadings.decision)}`,
      ],
    ]),
  };
}

function howToAnswer({ drillId }: DrillState, way: ApprovalWay | null, places: NoticePlaces): string[] {
  const commands = [`  restore-drill approve ${drillId}`, `  restore-drill approve ${drillId} --decline`];
  if (way === null)
    return [
      'The links to answer could not be made (the ledger table could not be written), and the command line',
      'cannot answer either. The token of the waiting state "Await approval" is in the history of the execution:',
      `  aws stepfunctions send-task-success --region ${places.region} --task-token TOKEN --task-output '{"decision":"approved","by":"YOU"}'`,
    ];
  if (way === 'command line')
    return ['Answer from a command line whose role has the policy of approvers:', ...commands];
  return [
    'Each link opens a page that asks once more. Whoever has this message can answer: do not forward it.',
    '',
    `Approve: ${way.approve}`,
    '',
    `Decline: ${way.decline}`,
    '',
    'Or from a command line with rights of your own:',
    ...commands,
  ];
}
