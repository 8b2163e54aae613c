import type { AttemptReport } from '../domain/attempt-report.ts';
import type { DrillRecord } from '../domain/drill-record.ts';
import type { DrillState } from '../domain/drill-state.ts';
import { failureFinding } from '../domain/failure.ts';
import { finding } from '../domain/findings.ts';
import { assembleRecord, summariseVerdict } from '../domain/record.ts';
import { renderJson } from '../domain/report/json.ts';
import { renderJunit } from '../domain/report/junit.ts';
import { renderMarkdown } from '../domain/report/markdown.ts';
import { rtoTrend } from '../domain/trend.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { asOf } from './judge.ts';
import { evidenceNames, type StepWith } from './step.ts';

/**
 * Last step of every drill, after teardown is confirmed or given up: the record goes into the ledger, the reports
 * beside it, and the database's lock is let go.
 */
export const sealRecordStep: StepWith<
  'clock' | 'configuration' | 'evidence' | 'ledger' | 'software'
> = async (state, ports) => {
  const attempts = await readAttempts(state, ports);
  const lastProven = state.stage === 'refused' ? null : await ports.ledger.lastProven(state.database);
  const record = assembleRecord({
    state: withLateFindings(state),
    attempts,
    endedAt: ports.clock.now().toISOString(),
    asOf: asOf(state),
    phases: state.phases,
    lastProvenRtoSeconds: lastProven?.rto.actualSeconds ?? null,
    trendFindings: rtoTrend(attempts[0]?.rto.actualSeconds ?? null, lastProven),
    software: ports.software,
  });
  await ports.ledger.seal(record);
  await writeReports(record, ports);
  if (state.stage !== 'refused') await ports.ledger.unlock(state.database, state.drillId);
  return { ...state, stage: 'sealed', verdict: record.verdict, summary: summariseVerdict(record) };
};

async function writeReports(record: DrillRecord, ports: Pick<DrillPorts, 'evidence'>): Promise<void> {
  await ports.evidence.putJson(record.drillId, evidenceNames.record, record);
  await ports.evidence.putText(record.drillId, 'record.json', renderJson(record));
  await ports.evidence.putText(record.drillId, 'report.md', renderMarkdown(record));
  await ports.evidence.putText(record.drillId, 'junit.xml', renderJunit(record));
}

/** What went wrong after Judge: a failed teardown, or a failure that no Judge saw. */
function withLateFindings(state: DrillState): DrillState {
  const late = [
    ...(state.failure === undefined || state.teardownProblem !== undefined
      ? []
      : [failureFinding(state.failure)]),
    ...(state.teardownProblem === undefined
      ? []
      : [
          finding(
            'TEARDOWN_FAILED',
            `sandbox ${state.sandbox?.sandboxId ?? ''} could not be removed: ${state.failure?.Cause ?? 'unknown'}`,
          ),
        ]),
  ];
  return late.length === 0 ? state : { ...state, drillFindings: [...state.drillFindings, ...late] };
}

async function readAttempts(
  state: DrillState,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<AttemptReport[]> {
  const numbers = Array.from({ length: state.attempt }, (_unused, index) => index + 1);
  const found = await Promise.all(
    numbers.map((attempt) => ports.evidence.findJson(state.drillId, evidenceNames.attempt(attempt))),
  );
  return found.filter((report): report is AttemptReport => report !== null);
}
