/**
 * The verdict. Rules that are never bent: what did not run never counts as passed; a drill without a completed
 * restore or without a passed check is never PROVEN; teardown never changes a verdict.
 */
import { type CheckResult, hookKind } from '../checks/asking/check.ts';
import { codesWhere, objectivesOnly } from '../findings/finding-registry.ts';
import { type Finding, finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { RestoreAccount } from '../recovery/restore-account.ts';

interface JudgedCheck {
  id: string;
  name: string;
  result: CheckResult | null;
}

/** What one attempt came to. */
export interface AttemptEvidence {
  /** Findings of selection, planning, restore and objectives. */
  findings: Finding[];
  /** Null when the restore never ended. */
  account: Pick<RestoreAccount, 'complete' | 'entries'> | null;
  /** Every check that was planned, with its result or null when none came back. */
  checks: JudgedCheck[];
}

interface AttemptJudgement {
  verdict: Verdict;
  /** All findings, those of the checks included, in order of severity. */
  findings: Finding[];
  /** Proven, or it would be if only the objectives had been met: such data may be kept by a real restore. */
  worthKeeping: boolean;
}

const severityOrder = { error: 0, unverified: 1, warning: 2, info: 3 } as const;

/** What a check may find only because an extension is missing. */
const explainedByMissingExtension = codesWhere(({ explainedBy }) => explainedBy === 'EXTENSION_UNAVAILABLE');

/** Joins everything known of one attempt into its verdict. Pure. */
export function judgeAttempt(evidence: AttemptEvidence): AttemptJudgement {
  const findings = demoteConsequences(
    [...evidence.findings, ...evidence.checks.flatMap(findingsOf)],
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
  const asked = evidence.checks.some(({ result }) => result !== null && result.kind !== hookKind);
  const ran = evidence.account?.complete === true && asked;
  const allPassed = evidence.checks.every(({ result }) => result?.status === 'passed');
  if (!ran || !allPassed || findings.some((f) => f.severity === 'unverified')) return 'COULD_NOT_VERIFY';
  return 'PROVEN';
}

/** What a check found, with the check's id and name. */
function findingsOf({ id, name, result }: JudgedCheck): Finding[] {
  const found =
    result === null
      ? [finding('CHECK_COULD_NOT_RUN', `check "${name}" gave no result`)]
      : [...result.findings, ...unexplained(name, result)];
  return found.map((f) => ({ ...f, check: name, checkId: id }));
}

/** A check that did not pass must say why; if it does not, we do. */
function unexplained(name: string, result: CheckResult): Finding[] {
  if (result.status === 'passed') return [];
  const explained = result.findings.some((f) => f.severity === 'error' || f.severity === 'unverified');
  if (explained) return [];
  return result.status === 'failed'
    ? [finding('EXPECTATION_FAILED', `check "${name}" failed`)]
    : [finding('CHECK_COULD_NOT_RUN', `check "${name}" could not run`)];
}

/**
 * What a check finds of an object that could not be made for want of an extension is the sandbox's lack, not the dump's. Only of
 * such an object, by its name: everything else keeps its severity, because certain damage is never explained away.
 */
function demoteConsequences(findings: Finding[], account: AttemptEvidence['account']): Finding[] {
  if (!findings.some((f) => f.code === 'EXTENSION_UNAVAILABLE')) return findings;
  const lacking = (account?.entries ?? []).filter(
    ({ outcome }) => outcome.status === 'failed' && outcome.failure === 'missing extension',
  );
  const qualified = new Set(
    lacking.map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`)),
  );
  // A table that drills.yaml names may stand there without its schema; other words must not, a table may be named "table".
  const asConfigured = lacking.flatMap(({ name }) => [`table ${name} `, `table "${name}" `]);
  const isOfThem = (message: string): boolean =>
    message.split(/[\s,;:"()]+/).some((word) => qualified.has(word)) ||
    asConfigured.some((start) => message.startsWith(start));
  return findings.map((f) =>
    f.severity === 'error' && explainedByMissingExtension.has(f.code) && isOfThem(f.message)
      ? { ...f, severity: 'unverified' as const }
      : f,
  );
}

/** The same said twice is said once, but by each check that says it. */
function distinct(findings: Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((f) => {
    const key = JSON.stringify([f.code, f.message, f.checkId]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * Only what blames this dump makes an older one worth trying. Objectives and staleness do not: an older dump is older
 * still.
 */
const blamesTheDump = codesWhere(({ blames }) => blames === 'dump');

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
