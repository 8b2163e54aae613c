import { type Finding, type FindingCode, findingRegistry, type Severity } from '../../findings/findings.ts';
import type { Verdict } from '../../findings/verdict.ts';
import { formatBytes, formatCount, formatCountOf, formatSeconds } from '../../text/quantities.ts';
import { backupWord, isBaseBackup } from '../backup-words.ts';
import type { DrillRecord, RecoveredStretch } from '../drill-record.ts';

const severities: Severity[] = ['error', 'unverified', 'warning', 'info'];

/** What a severity is called where people read it. */
export const severityNames: Record<Severity, string> = {
  error: 'error',
  unverified: 'unverified',
  warning: 'warning',
  info: 'note',
};

/** The verdict as a reader's word; its constant stands in record.json. */
export const verdictWords: Record<Verdict, string> = {
  PROVEN: 'Proven',
  NOT_PROVEN: 'Not proven',
  COULD_NOT_VERIFY: 'Could not verify',
};

/** What a code means, with the code behind it. Ledgers outlive releases: one that this release does not know is given alone. */
export function codeInWords(code: string): string {
  if (!Object.hasOwn(findingRegistry, code)) return code;
  const { meaning } = findingRegistry[code as FindingCode];
  return `${meaning.replace(/\.$/, '')} (${code})`;
}

/** Findings with the gravest first, otherwise in the order they were made. */
export function bySeverity(findings: Finding[]): Finding[] {
  return severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

export interface CheckCounts {
  passed: number;
  failed: number;
  notRun: number;
}

export function countChecks(record: DrillRecord): CheckCounts {
  const count = (status: string) => record.checks.filter((check) => check.status === status).length;
  return { passed: count('passed'), failed: count('failed'), notRun: count('could not run') };
}

/** `41 passed, 1 failed, 0 not run`; says so when there was no check at all. */
export function checkSentence(record: DrillRecord): string {
  if (record.checks.length === 0) return 'none ran';
  const { passed, failed, notRun } = countChecks(record);
  return `${formatCount(passed)} passed, ${formatCount(failed)} failed, ${formatCount(notRun)} not run`;
}

/** Whether an objective was met; `not measured` is not `met`. */
export type ObjectiveResult = 'met' | 'missed' | 'not measured' | 'no objective';

export function objectiveResult(objective: {
  targetSeconds: number | null;
  actualSeconds: number | null;
}): ObjectiveResult {
  if (objective.actualSeconds === null) return 'not measured';
  if (objective.targetSeconds === null) return 'no objective';
  return objective.actualSeconds <= objective.targetSeconds ? 'met' : 'missed';
}

/** `3 min 2 s of 1 h allowed (met)`. */
export function objectiveSentence(objective: {
  targetSeconds: number | null;
  actualSeconds: number | null;
}): string {
  const result = objectiveResult(objective);
  const allowed =
    objective.targetSeconds === null ? null : `${formatSeconds(objective.targetSeconds)} allowed`;
  if (objective.actualSeconds === null) return allowed === null ? result : `${result} (${allowed})`;
  const achieved = formatSeconds(objective.actualSeconds);
  return allowed === null ? `${achieved} (${result} set)` : `${achieved} of ${allowed} (${result})`;
}

/** `0/F00028 to 0/15072A0 on timeline 1: 6 segments, 5.1 MB`. */
export function walSentence({
  startLsn,
  endLsn,
  timelines,
  walSegments,
  walBytes,
}: RecoveredStretch): string {
  const on = `${timelines.length > 1 ? 'timelines' : 'timeline'} ${timelines.join(', ')}`;
  return `${startLsn} to ${endLsn} on ${on}: ${formatCountOf(walSegments, 'segment')}, ${formatBytes(walBytes)}`;
}

/**
 * One or two sentences that say why the verdict is what it is. Claims nothing that the record does not hold. Of a verdict that is not
 * PROVEN it is the finding's message, which begins with a small letter or a name, for behind a colon or a dash.
 */
export function verdictReason(record: DrillRecord): string {
  if (record.verdict === 'PROVEN') return provenReason(record);
  const [severity, other] =
    record.verdict === 'NOT_PROVEN' ? (['error', 'error'] as const) : (['unverified', 'reason'] as const);
  const decisive = record.findings.filter((finding) => finding.severity === severity);
  const first = decisive[0];
  const more = decisive.length - 1;
  const why =
    first === undefined
      ? nothingSaysWhy
      : stopped(first.message, more === 0 ? '' : ` (and ${formatCountOf(more, `more ${other}`)})`);
  // The newest dump decides the verdict, so an older one that holds is news a person needs at once.
  return record.provenDump === null
    ? why
    : `${why} An older ${backupWord(record)}, ${record.provenDump}, was restored and holds.`;
}

function provenReason(record: DrillRecord): string {
  const { passed } = countChecks(record);
  const met = (['rto', 'rpo'] as const).filter((name) => objectiveResult(record[name]) === 'met');
  const objectives =
    met.length === 2
      ? ', and both objectives were met'
      : met.length === 1
        ? `, and the ${met[0]?.toUpperCase()} was met`
        : '';
  const checks = passed === 1 ? 'the one check passed' : `all ${formatCount(passed)} checks passed`;
  const was = isBaseBackup(record) ? 'base backup was recovered with its WAL' : 'dump was restored';
  return `The ${was}, ${checks}${objectives}.${contentSentence(record)}`;
}

/** What a witness of the source proves, and no more. */
function contentSentence({ witness }: DrillRecord): string {
  if (witness === undefined || witness.tables === 0) return '';
  const data = `${formatCountOf(witness.tables, 'table')}, ${formatCountOf(witness.rows, 'row')}`;
  if (witness.contents === witness.tables) return ` Content equals the source: ${data}.`;
  return ` Row counts equal the source: ${data}; content that of ${formatCountOf(witness.contents, 'table')}.`;
}

/** The reason where it stands alone, behind no colon and no dash. */
export function reasonSentence(record: DrillRecord): string {
  const reason = verdictReason(record);
  return record.verdict === 'PROVEN' || reason === nothingSaysWhy ? reason : `Reason: ${reason}`;
}

const nothingSaysWhy = 'No finding says why.';

/** A message with a full stop. */
export const asSentence = (text: string): string => stopped(text, '');

/** Ends with one full stop, with an aside before it. No letter is made a capital: the first word may be the name of a table. */
const stopped = (text: string, aside: string): string => `${text.trim().replace(/[.\s]+$/, '')}${aside}.`;

/** What a report to file is good for, and what it does not hold. */
export const filingSentence =
  'This record may be filed as evidence for SOC 2 A1.2 and A1.3 and for ISO/IEC 27001 A.8.13. It holds names, counts, ' +
  'times and hashes of the restored data, and none of its values.';
