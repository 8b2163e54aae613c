import { formatName } from '../../domain/backup/dump.ts';
import type { DrillState } from '../../domain/drill/drill-state.ts';
import { bySeverity, severityNames } from '../../domain/record/report/wording.ts';
import { wrapped } from '../../domain/record/report/wrapped-text.ts';
import { rdsPlanOf } from '../../domain/sandbox/sandbox-plan.ts';
import { formatBytes, formatMoment } from '../../domain/text/quantities.ts';

/** What is about to be kept, or thrown away. */
interface ApprovalFacts {
  drillId: string;
  database: string;
  /** As the notification said it. */
  plan: string;
  expiresAt: string;
  /** The drill's state when the question was asked; null when it could not be read. */
  state: DrillState | null;
}

/** What a person reads before they decide: which dump, its verdict, its findings, and what instance remains. */
export function renderApproval(facts: ApprovalFacts, width: number): string {
  const { state } = facts;
  const rows = [
    ['Database', facts.database],
    ...(state === null ? [] : stateRows(state)),
    ['Answer by', formatMoment(facts.expiresAt)],
  ].map(([label = '', value = '']) => wrapped(value, `  ${label.padEnd(10)}`, ' '.repeat(12), width));
  const sections = [
    `The restore ${facts.drillId} waits for a decision.\n\n${rows.join('\n')}`,
    ...(state === null ? [] : findingLines(state, width)),
    facts.plan
      .trim()
      .split('\n')
      .map((line) => wrapped(line, '  ', '  ', width))
      .join('\n'),
  ];
  return `${sections.join('\n\n')}\n\n`;
}

function stateRows(state: DrillState): [string, string][] {
  const { dump, plan, sandbox, restored } = state;
  const rows: [string, string][] = [['Verdict', state.verdict ?? 'none yet']];
  if (dump !== null) {
    rows.push(['Dump', `${dump.key} (${formatName(dump.header.format)}, ${formatBytes(dump.sizeBytes)})`]);
    const point = dump.header.consistencyPoint ?? dump.nameTimestamp;
    rows.push(['State of', point === null ? 'not known: the dump does not say' : formatMoment(point)]);
  }
  if (restored !== null && !restored.complete) rows.push(['Restored', 'NOT to the end of the dump']);
  if (sandbox !== null) rows.push(['Instance', sandbox.sandboxId]);
  const rds = rdsPlanOf(plan);
  if (rds !== null) {
    const place = rds.placements[sandbox?.placement ?? 0];
    rows.push([
      '',
      [
        `PostgreSQL ${rds.engineVersion}`,
        ...(place === undefined ? [] : [place.instanceClass]),
        `${rds.storageGib} GiB`,
        ...(rds.production === null
          ? []
          : [
              rds.production.multiAz ? 'a standby in another zone' : 'no standby',
              `backups of ${rds.production.backupRetentionDays} days`,
            ]),
      ].join(', '),
    ]);
  }
  return rows;
}

function findingLines(state: DrillState, width: number): string[] {
  const findings = bySeverity([...state.drillFindings, ...state.findings]);
  if (findings.length === 0) return [];
  return [
    findings
      .map(
        ({ severity, code, message, hint }) =>
          `${wrapped(`${severityNames[severity]} ${code}: ${message}`, '  ', '    ', width)}\n${wrapped(hint, '    → ', '      ', width)}`,
      )
      .join('\n'),
  ];
}
