/**
 * The verdict. Rules that are never bent: what did not run never counts as passed; a drill without a completed
 * restore or without a passed check is never PROVEN; teardown never changes a verdict.
 */
import type { CheckResult } from '../checks/asking/check.ts';
import { type Finding, type FindingCode, finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { RestoreAccount } from '../recovery/restore-account.ts';

/** What one attempt came to. */
export interface AttemptEvidence {
  /** Findings of selection, planning, restore and objectives. */
  findings: Finding[];
  /** Null when the restore never ended. */
  account: Pick<RestoreAccount, 'complete' | 'entries'> | null;
  /** Every check that was planned, with its result or null when none came back. */
  checks: { name: string; result: CheckResult | null }[];
}

export interface AttemptJudgement {
  verdict: Verdict;
  /** All findings, those of the checks included, in order of severity. */
  findings: Finding[];
  /** Proven, or it would be if only the objectives had been met: such data may be kept by a real restore. */
  worthKeeping: boolean;
}

/** A restore that came late, or of an old dump, is still the best there is. */
const objectivesOnly: ReadonlySet<FindingCode> = new Set(['RTO_MISSED', 'RPO_MISSED']);

const severityOrder = { error: 0, unverified: 1, warning: 2, info: 3 } as const;

/** Consequences that a missing extension explains: the sandbox's lack, not the dump's. */
const explainedByMissingExtension: ReadonlySet<FindingCode> = new Set([
  'ENTRY_FAILED',
  'OBJECT_MISSING',
  'EXTENSION_MISSING',
  'ROW_COUNT_MISMATCH',
  'TABLE_MISSING',
  'ROWS_REJECTED',
]);

/** Joins everything known of one attempt into its verdict. Pure. */
export function judgeAttempt(evidence: AttemptEvidence): AttemptJudgement {
  const findings = demoteConsequences(
    [
      ...evidence.findings,
      ...evidence.checks.flatMap(({ name, result }) =>
        (result?.findings ?? [checkMissing(name)]).map((f) => ({ ...f, check: name })),
      ),
      ...evidence.checks.flatMap(({ name, result }) => unexplained(name, result)),
    ],
    evidence.account,
  );
  const sorted = distinct(findings).sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity]);
  const withoutObjectives = sorted.filter(({ code }) => !objectivesOnly.has(code));
  return {
    verdict: verdictOf(sorted, evidence),
    findings: sorted,
    worthKeeping: verdictOf(withoutObjectives, evidence) === 'PROVEN',
  };
}

function verdictOf(findings: Finding[], evidence: AttemptEvidence): Verdict {
  if (findings.some((f) => f.severity === 'error')) return 'NOT_PROVEN';
  // A container of the user's says that something worked, never that the data is whole.
  const asked = evidence.checks.some(({ result }) => result !== null && result.kind !== 'hook');
  const ran = evidence.account?.complete === true && asked;
  const allPassed = evidence.checks.every(({ result }) => result?.status === 'passed');
  if (!ran || !allPassed || findings.some((f) => f.severity === 'unverified')) return 'COULD_NOT_VERIFY';
  return 'PROVEN';
}

function checkMissing(name: string): Finding {
  return finding('CHECK_COULD_NOT_RUN', `check "${name}" gave no result`);
}

/** A check that did not pass must say why; if it does not, we do. */
function unexplained(name: string, result: CheckResult | null): Finding[] {
  if (result === null || result.status === 'passed') return [];
  const explained = result.findings.some((f) => f.severity === 'error' || f.severity === 'unverified');
  if (explained) return [];
  return result.status === 'failed'
    ? [finding('EXPECTATION_FAILED', `check "${name}" failed`)]
    : [finding('CHECK_COULD_NOT_RUN', `check "${name}" could not run`)];
}

/**
 * When the sandbox lacks an extension, objects that need it fail too. As long as nothing else failed, the dump may be
 * perfectly good: the honest verdict is COULD_NOT_VERIFY, so those consequences become `unverified`.
 */
function demoteConsequences(findings: Finding[], account: AttemptEvidence['account']): Finding[] {
  if (!findings.some((f) => f.code === 'EXTENSION_UNAVAILABLE')) return findings;
  const failures = account?.entries.filter((entry) => entry.outcome.status === 'failed') ?? [];
  const explained = failures.every(
    ({ outcome }) =>
      outcome.status === 'failed' &&
      (outcome.failure === 'missing object' ||
        outcome.failure === 'missing extension' ||
        outcome.failure === 'rejected row'),
  );
  if (!explained) return findings;
  return findings.map((f) =>
    f.severity === 'error' && explainedByMissingExtension.has(f.code)
      ? { ...f, severity: 'unverified' as const }
      : f,
  );
}

function distinct(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = `${f.code}\n${f.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Findings that blame this dump rather than the sandbox or the clock: only then is an older dump worth trying.
 * Objectives and staleness are no such reason, because an older dump is older still.
 */
const blamesTheDump: ReadonlySet<FindingCode> = new Set([
  'DUMP_EMPTY',
  'DUMP_TOO_SMALL',
  'DUMP_NOT_A_DUMP',
  'DUMP_TRUNCATED',
  'DUMP_CORRUPT',
  'CHECKSUM_MISMATCH',
  'DUMP_ENCRYPTED',
  'DECRYPTION_FAILED',
  'DUMP_UNREADABLE',
  'DUMP_NOT_FOUND',
  'DUMP_CHANGED',
  'PHYSICAL_BACKUP',
  'ARCHIVE_VERSION_UNKNOWN',
  'COMPRESSION_UNKNOWN',
  'SERVER_VERSION_UNSUPPORTED',
  'COMPANION_MISSING',
  'COMPANION_DAMAGED',
  'ENTRY_FAILED',
  'ROWS_REJECTED',
  'ENCODING_INVALID',
  'DUPLICATE_KEYS',
  'FK_ORPHANS',
  'SEARCH_PATH_DEFECT',
  'PRIVILEGE_MISSING',
  'STATEMENT_REFUSED',
  'DUMP_TRIED_TO_ACT',
  'META_COMMAND_REFUSED',
  'NO_DATA',
  'OBJECT_MISSING',
  'ROW_COUNT_MISMATCH',
  'TABLE_MISSING',
  'ROWS_BELOW_MINIMUM',
  'ROWS_DROPPED',
  'DUPLICATES_FOUND',
  'INDEX_INVALID',
  'SEQUENCE_BEHIND',
  'MATVIEW_NOT_POPULATED',
  'EXTENSION_MISSING',
  'MIGRATIONS_BEHIND',
  'EXPECTATION_FAILED',
  'HOOK_FAILED',
]);

/** Whether an older dump may do better than this one. */
export function olderDumpMayHelp(judgement: Pick<AttemptJudgement, 'verdict' | 'findings'>): boolean {
  if (judgement.verdict === 'PROVEN') return false;
  return judgement.findings.some(
    (f) => (f.severity === 'error' || f.severity === 'unverified') && blamesTheDump.has(f.code),
  );
}

/**
 * The drill's verdict over all attempts: the newest dump's. An older dump that restores does not make the newest one
 * good; it is reported as what a real restore would have to fall back to.
 */
export function judgeDrill(attempts: { verdict: Verdict }[]): Verdict {
  return attempts[0]?.verdict ?? 'COULD_NOT_VERIFY';
}
