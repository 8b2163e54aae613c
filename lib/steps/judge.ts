import { evidenceOf } from '../contract/evidence.ts';
import { dumpMoment } from '../domain/backup/dump-moment.ts';
import { backupOf } from '../domain/backup/kinds.ts';
import type { PlannedCheck } from '../domain/checks/asking/check.ts';
import { connectionsOf } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type At, reached } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import { stages } from '../domain/drill/stages.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import { summariseRecovery, summariseRestore } from '../domain/record/attempt-report.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import { judgeAttempt, olderDumpMayHelp } from '../domain/verdict/judgement.ts';
import { measureRpo, measureRto } from '../domain/verdict/objectives.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { failuresOf } from './failed-tasks.ts';
import { type Judged, judgedHooks } from './hook-results.ts';
import { objectsOf, tablesOf, witnessOf } from './measured.ts';
import { readAccount } from './plan-checks.ts';
import { extraSeconds, withReading } from './read-first.ts';
import { defineStep } from './step-definition.ts';

const rpoNotMeasured =
  'the recovery point objective: the dump was asked for by name and no freshness check found its newest row';

/** Joins account, check results, objectives and failures of the attempt in hand into its report and verdict. */
export const judgeStep = defineStep({
  phase: { untimed: 'it only reads; the phase of the checks ends with the last result' },
  from: stages,
  to: ['judged', 'try older dump', 'awaiting approval', 'approved'],
  run: async (state, ports: Pick<DrillPorts, 'configuration' | 'evidence' | 'clock' | 'restoreTasks'>) => {
    const { failure: _told, hookOutcomes: _judged, longCheckFailure: _named, ...rest } = state;
    const findings = [
      ...state.findings,
      ...(state.reading?.findings ?? []),
      ...(state.restored?.findings ?? []),
      ...(await failuresOf(state, ports)),
    ];
    const account = state.restored === null ? null : await readAccount(state.drillId, state.attempt, ports);
    const plan = account === null ? null : await readPlan(state, ports);
    const checked = plan === null ? [] : await readResults(state, plan.planned, ports);
    const now = ports.clock.now();
    const judged = [...checked, ...judgedHooks(state, now.toISOString())];
    const report = reportAttempt(
      state,
      { findings, account, judged, notTested: plan?.notTested ?? null },
      ports,
    );
    await ports.evidence.write(evidenceOf.attempt(state.attempt), state.drillId, report);

    const worthTrying = state.olderDumps.length > 0 && olderDumpMayHelp(report) && sandboxIsFree(state);
    const ended = {
      ...rest,
      verdict: state.verdict ?? report.verdict,
      phases: withReading(restoreFailed(state, now) ?? checksPhase(state, checked), state),
    };
    return worthTrying ? reached({ ...ended, stage: 'try older dump' }) : kept(ended, report, ports);
  },
});

/**
 * Whether an older dump may be restored into the sandbox at hand. Not into one that never came up, and not beside a
 * task that only fell silent or ran out of time: it may still be writing, and the next attempt would be judged by its
 * rows too.
 */
function sandboxIsFree({ sandbox, stage, failure, reading, restored, hookOutcomes }: DrillState): boolean {
  if (sandbox === null) return true;
  // A dump that was read first and found broken: nothing was asked for.
  if (sandbox.address === null) return stage === 'dump to read' && reading?.whole === false;
  const restoring = stage === 'restore prepared' && restored === null;
  const writers = [...(restoring ? [failure] : []), ...Object.values(hookOutcomes ?? {})];
  return !writers.some(isOutOfTime);
}

const isOutOfTime = (outcome: unknown): boolean =>
  typeof outcome === 'object' &&
  outcome !== null &&
  'Error' in outcome &&
  (outcome.Error === 'States.HeartbeatTimeout' || outcome.Error === 'States.Timeout');

/** A real restore of whole data is kept, if a person says so; or if drills.yaml says that nobody need be asked. */
function kept(
  state: DrillState,
  report: AttemptReport,
  ports: Pick<DrillPorts, 'configuration'>,
): At<'judged' | 'awaiting approval' | 'approved'> {
  if (state.request.mode !== 'restore' || !report.worthKeeping) return { ...state, stage: 'judged' };
  const { approval, approvalTimeoutSeconds } = ports.configuration.database(state.database).production;
  if (approval === 'required')
    return reached({ ...state, stage: 'awaiting approval', approvalTimeoutSeconds });
  const waived = { decision: 'approved', by: 'drills.yaml (approval: waived)' } as const;
  return reached({ ...state, stage: 'approved', approval: waived });
}

/** What an attempt came to. */
interface Outcome {
  findings: Finding[];
  /** Null: nothing was restored. */
  account: RestoreAccount | null;
  judged: Judged[];
  /** Null: no check was planned. */
  notTested: string[] | null;
}

function reportAttempt(
  state: DrillState,
  { findings, account, judged, notTested }: Outcome,
  ports: Pick<DrillPorts, 'configuration'>,
): AttemptReport {
  const { objectives, restore } = ports.configuration.database(state.database);
  const { rto, findings: rtoFindings } = measureRto({
    startedAt: state.startedAt,
    lastCheckPassedAt: lastPassed(judged),
    waitedSeconds: extraSeconds(state),
    targetSeconds: objectives.rtoSeconds,
  });
  const { rpo, findings: rpoFindings } = rpoOf(state, account, judged, objectives.rpoSeconds);
  const judgement = judgeAttempt({
    findings: [
      ...findings,
      ...(account?.findings ?? []),
      ...integrityFindings(state, account),
      ...rtoFindings,
      ...rpoFindings,
    ],
    account,
    checks: judged.map(({ check, stored }) => ({
      id: check.id,
      name: check.name,
      result: stored?.result ?? null,
    })),
  });
  return {
    attempt: state.attempt,
    dump: state.dump,
    ...judgement,
    checks: judged.map(({ check, stored }) => ({
      id: check.id,
      name: check.name,
      kind: check.kind,
      status: stored?.result.status ?? 'could not run',
      durationMs: stored?.result.durationMs ?? 0,
    })),
    tables: account === null ? [] : tablesOf(account, judged),
    ...(account === null ? {} : { objects: objectsOf(account, judged) }),
    ...witnessOf(judged),
    restore:
      account === null
        ? null
        : summariseRestore(account, {
            connections: connectionsOf(restore),
            serverVersion: state.sandbox?.address?.serverVersion ?? 'unknown',
          }),
    ...(account === null ? {} : summariseRecovery(account, asOf(state))),
    sha256: account?.sha256 ?? null,
    rto,
    rpo,
    notTested: [
      ...state.notTested,
      ...(notTested ?? ['the restored data: the drill did not get that far']),
      ...(state.sandbox?.absentWalls ?? []),
      ...(rpo.targetSeconds !== null && rpo.actualSeconds === null ? [rpoNotMeasured] : []),
    ],
  };
}

/** The digest can only be judged after the last byte was read. */
function integrityFindings(state: DrillState, account: RestoreAccount | null): Finding[] {
  const expected = state.dump?.expectedSha256 ?? null;
  // A base backup is many files; its manifest has the digest of each.
  if (account === null || state.dump === null || backupOf({ dump: state.dump }).kind === 'physical')
    return [];
  if (expected === null) {
    return [
      finding(
        'CHECKSUM_ABSENT',
        `${state.dump.key} has no .sha256 beside it, so its bytes were not verified`,
      ),
    ];
  }
  if (account.sha256 === expected) return [];
  // A comparison that did not take place never counts as passed. A dump that broke off already has its finding.
  if (account.sha256 === null) {
    if (!account.complete) return [];
    return [
      finding(
        'CHECK_COULD_NOT_RUN',
        `the SHA-256 of ${state.dump.key} could not be computed, so its sidecar was not compared`,
      ),
    ];
  }
  return [
    finding(
      'CHECKSUM_MISMATCH',
      `SHA-256 of ${state.dump.key} is ${account.sha256}; its sidecar says ${expected}`,
    ),
  ];
}

function rpoOf(
  state: DrillState,
  account: RestoreAccount | null,
  judged: Judged[],
  targetSeconds: number | null,
) {
  const recovered = account?.recovered;
  const newestRow = judged
    .map(({ stored }) => stored?.result.measured.newestRow)
    .filter((row) => row !== undefined)
    .sort()
    .at(-1);
  const moment = state.dump === null ? null : dumpMoment(state.dump);
  return measureRpo({
    asOf: asOf(state),
    // Of an archive, what would be lost begins after the last commit that it holds.
    dumpPoint: recovered === undefined ? moment : (recovered.lastCommitAt ?? moment),
    uploadEnd: recovered === undefined ? (state.dump?.uploadedAt ?? null) : null,
    newestRow: newestRow ?? null,
    targetSeconds: state.dump === null ? null : targetSeconds,
    intervalSeconds: state.dumpIntervalSeconds,
  });
}

/**
 * The moment of the imagined disaster: `--at`, else now – but for a dump that was asked for by name, its own moment,
 * because its age today says nothing about the backup job.
 */
export function asOf(state: DrillState): string {
  if (state.request.at !== null) return state.request.at;
  if (state.request.key !== null && state.dump !== null) return dumpMoment(state.dump);
  return state.startedAt;
}

function lastPassed(judged: Judged[]): string | null {
  const passed = judged
    .filter(({ stored }) => stored?.result.status === 'passed')
    .map(({ stored }) => stored?.endedAt ?? '');
  return passed.sort().at(-1) ?? null;
}

/** A restore that ended in an error gave nothing back; its time is known from what came before and after it. */
function restoreFailed(state: DrillState, now: Date): DrillState['phases'] | null {
  const last = state.phases.at(-1);
  if (state.stage !== 'restore prepared' || state.restored !== null || last === undefined) return null;
  const startedAt = new Date(Date.parse(last.startedAt) + last.seconds * 1000).toISOString();
  return extendPhases(state.phases, {
    name: phaseNames.restore,
    startedAt,
    endedAt: now.toISOString(),
  });
}

function checksPhase(state: DrillState, judged: Judged[]): DrillState['phases'] {
  const ends = judged
    .map(({ stored }) => stored?.endedAt)
    .filter((end) => end !== undefined)
    .sort();
  const endedAt = ends.at(-1);
  const last = state.phases.at(-1);
  if (endedAt === undefined || last === undefined) return state.phases;
  const startedAt = new Date(Date.parse(last.startedAt) + last.seconds * 1000).toISOString();
  return extendPhases(state.phases, { name: phaseNames.checks, startedAt, endedAt });
}

async function readPlan(state: DrillState, ports: Pick<DrillPorts, 'evidence'>) {
  // A failure between restore and checks leaves no plan: then nothing was checked, and the failure says why.
  if (state.checks.length === 0 && state.stage !== 'checks planned') return { planned: [], notTested: null };
  return ports.evidence.read(evidenceOf.checkPlan(state.attempt), state.drillId);
}

/** A check whose result is missing, or is that of another check, is judged as not run. */
async function readResults(
  state: DrillState,
  planned: PlannedCheck[],
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<Judged[]> {
  return Promise.all(
    planned.map(async (check, index) => {
      const stored = await ports.evidence.find(evidenceOf.checkResult(state.attempt, index), state.drillId);
      return { check, stored: stored?.result.id === check.id ? stored : null };
    }),
  );
}
