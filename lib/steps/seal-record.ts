import { evidenceOf } from '../contract/evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { failureFinding, saidBy } from '../domain/drill/failure.ts';
import { isKept } from '../domain/drill/hand-over.ts';
import { stages } from '../domain/drill/stages.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { assembleRecord, summariseVerdict } from '../domain/record/assemble-record.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import { drillCost } from '../domain/record/drill-cost.ts';
import { earlierDrills } from '../domain/record/occasions.ts';
import { pastDrills } from '../domain/record/past-drills.ts';
import { rtoTrend } from '../domain/record/trend.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { Configuration, DrillPorts } from '../ports/drill-ports.ts';
import { forecastDrill } from './forecast-drill.ts';
import { handedOver } from './hand-over.ts';
import { asOf } from './judge.ts';
import { provenanceOf } from './provenance.ts';
import { publishRecord } from './publish-record.ts';
import { readPast } from './read-past.ts';
import { targetOf } from './recover-base-backup.ts';
import { renewSite } from './renew-site.ts';
import { defineStep } from './step-definition.ts';
import { tellSealed } from './tell-people.ts';

/**
 * Last step of every drill, after teardown is confirmed or given up: the record goes into the ledger, the reports
 * beside it, and the database's lock is let go.
 *
 * What was sealed before counts: repeated (Lambda's retries, a redriven execution that had been cleaned up), the drill
 * ends by its sealed record, so that console, ledger and reports never say different things.
 */
export const sealRecordStep = defineStep({
  phase: { untimed: 'what it writes is the record, which holds the phases' },
  from: stages,
  to: ['sealed'],
  run: async (
    unsealed,
    ports: Pick<
      DrillPorts,
      | 'clock'
      | 'configuration'
      | 'drillMetrics'
      | 'evidence'
      | 'exports'
      | 'ledger'
      | 'mishaps'
      | 'notifiers'
      | 'site'
      | 'region'
      | 'provenance'
    >,
  ) => {
    const state = withLateFindings(unsealed);
    const attempts = await readAttempts(state, ports);
    const lastProven = state.stage === 'refused' ? null : await ports.ledger.lastProven(state.database);
    const endedAt = ports.clock.now().toISOString();
    const history = await readPast(state, ports);
    const unforecast = assembleRecord({
      state,
      attempts,
      endedAt,
      cost: drillCost(state, ports.region, endedAt),
      asOf: asOf(state, aimedAt(state, ports.configuration)),
      phases: state.phases,
      lastProvenRtoSeconds: lastProven?.rto.actualSeconds ?? null,
      trendFindings: rtoTrend(attempts[0]?.rto.actualSeconds ?? null, lastProven),
      provenance: provenanceOf(state, ports),
    });
    const assembled = await forecastDrill(unforecast, history, ports);
    const sealed = await ports.ledger.show(state.drillId);
    // A name can be used again after 90 days: the records and reports of that drill are left alone.
    const namesake = sealed !== null && sealed.endedAt < state.startedAt;
    if (sealed === null) await ports.ledger.seal(assembled);
    // Of two that seal at once – this step at its time limit, and clean-up after it – both go on with the same record.
    const kept = sealed ?? (await ports.ledger.show(state.drillId).catch(() => null));
    const record = kept === null || namesake ? assembled : kept;
    const past = history === null ? null : pastDrills(record, history, lastProven);
    if (!namesake) await publishRecord(record, past, ports);
    if (unsealed.stage !== 'refused') await ports.ledger.unlock(state.database, state.drillId);
    const earlier = history === null ? null : earlierDrills(record, history, lastProven);
    await tellSealed(record, earlier, ports);
    await renewSite(record, ports);
    return { ...state, stage: 'sealed', verdict: record.verdict, summary: summariseVerdict(record) };
  },
});

/** What happened after Judge: a failed teardown, a declined restore, a promotion that ended short, or another failure. */
function withLateFindings(state: DrillState): DrillState {
  // "Hand over" itself failed: what is kept is told all the same.
  if (state.handOver === null && isKept(state)) return handedOver(state);
  const late: Finding[] = [];
  if (state.teardownProblem !== undefined) {
    const cause = state.failure === undefined ? 'unknown' : saidBy(state.failure.Cause).message;
    late.push(
      finding('TEARDOWN_FAILED', `sandbox ${state.sandbox?.sandboxId ?? ''} could not be removed: ${cause}`),
    );
  } else if (state.failure !== undefined) late.push(failureFinding(state.failure));
  if (state.approval?.decision === 'declined')
    late.push(
      finding('RESTORE_DECLINED', `the restored database was not kept: declined by ${state.approval.by}`),
    );
  return late.length === 0 ? state : { ...state, drillFindings: [...state.drillFindings, ...late] };
}

async function readAttempts(
  state: DrillState,
  ports: Pick<DrillPorts, 'evidence'>,
): Promise<AttemptReport[]> {
  const numbers = Array.from({ length: state.attempt }, (_unused, index) => index + 1);
  const found = await Promise.all(
    numbers.map((attempt) => ports.evidence.find(evidenceOf.attempt(attempt), state.drillId)),
  );
  // Without the first one's report, the next would pass for the newest dump's.
  const missing = found.indexOf(null);
  return found.slice(0, missing === -1 ? found.length : missing).filter((report) => report !== null);
}

/** Where its recovery was to end; null for dumps, and for a database that a later drills.yaml does not have. */
function aimedAt(state: DrillState, configuration: Configuration): RecoveryTarget | null {
  if (state.dump === null || !configuration.databases().includes(state.database)) return null;
  return targetOf(state, configuration.database(state.database).source);
}
