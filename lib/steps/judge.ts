import { evidenceOf } from '../contract/evidence.ts';
import { dumpMoment } from '../domain/backup/dump-moment.ts';
import type { DumpCandidate } from '../domain/backup/dump-selection.ts';
import { candidateOfListed } from '../domain/backup/listed-candidate.ts';
import type { CheckFacts, PlannedCheck } from '../domain/checks/asking/check.ts';
import { connectionsOf } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type At, reached } from '../domain/drill/known-at.ts';
import { stages } from '../domain/drill/stages.ts';
import type { Finding } from '../domain/findings/findings.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import { summariseRecovery, summariseRestore } from '../domain/record/attempt-report.ts';
import { approvalWaived } from '../domain/record/provenance.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';
import { judgeAttempt, olderDumpMayHelp } from '../domain/verdict/judgement.ts';
import { measureRpo, measureRto } from '../domain/verdict/objectives.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { digestFindings } from './digest.ts';
import { failuresOf } from './failed-tasks.ts';
import { type Judged, judgedHooks } from './hook-results.ts';
import { checksPhase, restoreFailed } from './judged-phases.ts';
import { objectsOf, tablesOf, witnessOf } from './measured.ts';
import { readAccount } from './plan-checks.ts';
import { extraSeconds, withReading } from './read-first.ts';
import { targetOf } from './recover-base-backup.ts';
import { defineStep } from './step-definition.ts';

const rpoNotMeasured =
  'the recovery point objective: the backup was asked for by name and no freshness check found its newest row';

const notRds =
  "RDS: what it does otherwise than a server of one's own (rights of its master, extensions it lacks, its parameters) was not tried";

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

    const olderDumps = leftToTry(state, ports);
    const worthTrying = olderDumps.length > 0 && olderDumpMayHelp(report) && sandboxIsFree(state);
    const ended = {
      ...rest,
      olderDumps,
      verdict: state.verdict ?? report.verdict,
      phases: withReading(restoreFailed(state, now) ?? checksPhase(state, checked), state),
    };
    return worthTrying ? reached({ ...ended, stage: 'try older dump' }) : kept(ended, report, ports);
  },
});

/** What the selection left; where only the task could list what there is, what that told. A drill of one named backup tries no other. */
function leftToTry(
  { attempt, olderDumps, request, restored, database, startedAt }: DrillState,
  { configuration }: Pick<DrillPorts, 'configuration'>,
): DumpCandidate[] {
  const told = restored?.olderBackups ?? [];
  if (olderDumps.length > 0 || attempt > 1 || request.key !== null || told.length === 0) return olderDumps;
  const { maxDumps } = configuration.database(database).walkBack;
  return told.slice(0, maxDumps - 1).map((backup) => candidateOfListed(backup, startedAt));
}

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
  const waived = { decision: 'approved', by: approvalWaived } as const;
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
  const { objectives, restore, source } = ports.configuration.database(state.database);
  const { rto, findings: rtoFindings } = measureRto({
    startedAt: state.startedAt,
    lastCheckPassedAt: lastPassed(judged),
    waitedSeconds: extraSeconds(state),
    targetSeconds: objectives.rtoSeconds,
  });
  const target = targetOf(state, source);
  const { rpo, findings: rpoFindings } = rpoOf(state, account, judged, objectives.rpoSeconds, target);
  const judgement = judgeAttempt({
    findings: [
      ...findings,
      ...(account?.findings ?? []),
      ...digestFindings(state, account),
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
      ...factsOf(stored?.result ?? {}),
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
    ...(account === null ? {} : summariseRecovery(account, asOf(state, target))),
    sha256: account?.sha256 ?? null,
    rto,
    rpo,
    notTested: [
      ...state.notTested,
      ...(notTested ?? ['the restored data: the drill did not get that far']),
      ...(state.plan?.kind === 'task' ? [notRds] : []),
      ...(state.sandbox?.absentWalls ?? []),
      ...(rpo.targetSeconds !== null && rpo.actualSeconds === null ? [rpoNotMeasured] : []),
    ],
  };
}

/** What was asked and what came back, as far as the result says it. */
const factsOf = ({ expected, actual, scope }: CheckFacts): CheckFacts => ({
  ...(expected === undefined ? {} : { expected }),
  ...(actual === undefined ? {} : { actual }),
  ...(scope === undefined ? {} : { scope }),
});

function rpoOf(
  state: DrillState,
  account: RestoreAccount | null,
  judged: Judged[],
  targetSeconds: number | null,
  target: RecoveryTarget | null,
) {
  const recovered = account?.recovered;
  const newestRow = judged
    .map(({ stored }) => stored?.result.measured.newestRow)
    .filter((row) => row !== undefined)
    .sort()
    .at(-1);
  const moment = state.dump === null ? null : dumpMoment(state.dump);
  return measureRpo({
    asOf: asOf(state, target),
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
 * because its age today says nothing about the backup job. Of an archive it is where the recovery was to end: what a drill leaves
 * out on purpose is no loss.
 */
export function asOf(state: DrillState, target: RecoveryTarget | null): string {
  if (state.request.at !== null) return state.request.at;
  if (target !== null) return target.kind === 'time' ? target.time : state.startedAt;
  if (state.request.key !== null && state.dump !== null) return dumpMoment(state.dump);
  return state.startedAt;
}

function lastPassed(judged: Judged[]): string | null {
  const passed = judged
    .filter(({ stored }) => stored?.result.status === 'passed')
    .map(({ stored }) => stored?.endedAt ?? '');
  return passed.sort().at(-1) ?? null;
}

async function readPlan(state: DrillState, ports: Pick<DrillPorts, 'evidence'>) {
  const entry = evidenceOf.checkPlan(state.attempt);
  if (state.stage === 'checks planned') return ports.evidence.read(entry, state.drillId);
  // A failure between restore and checks leaves no plan: then nothing was checked, and the failure says why.
  return (await ports.evidence.find(entry, state.drillId)) ?? { planned: [], notTested: null };
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
