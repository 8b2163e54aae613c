import { type DrillState, newDrillState } from '../domain/drill/drill-state.ts';
import { normaliseRequest } from '../domain/drill/request.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import { finding } from '../domain/findings/findings.ts';
import { assembleRecord } from '../domain/record/assemble-record.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { pastDrills } from '../domain/record/past-drills.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { provenanceOf } from './provenance.ts';
import { publishRecord } from './publish-record.ts';
import { readPast } from './read-past.ts';
import { leaseSeconds } from './step.ts';
import { tellPeople } from './tell-people.ts';

/** What the machine hands to its first state. */
export interface ExecutionStart {
  input: unknown;
  execution: { id: string; name: string; startedAt: string };
  /** Edition of its definition; the first one did not say. */
  machine?: number;
  /** Who started it, when the door knows better than the input. */
  operator?: string;
}

/**
 * First state: any JSON becomes a full request or a clear refusal; takes the database's lock so that two drills of one
 * database never run at once. A refused drill still gets its record.
 */
export async function normaliseRequestStep(
  start: ExecutionStart,
  ports: Pick<
    DrillPorts,
    | 'clock'
    | 'configuration'
    | 'ledger'
    | 'evidence'
    | 'exports'
    | 'provenance'
    | 'capabilities'
    | 'notifiers'
    | 'mishaps'
  >,
): Promise<DrillState> {
  const normalised = normalise(start, ports);
  const state: DrillState = {
    ...newDrillState({
      drillId: start.execution.name,
      database: normalised.database ?? 'unknown',
      operator: start.operator ?? 'unknown',
      startedAt: start.execution.startedAt,
    }),
    ...(start.machine === undefined ? {} : { machine: start.machine }),
  };
  if (!normalised.accepted) {
    return {
      ...state,
      stage: 'refused',
      drillFindings: normalised.findings,
      summary: normalised.findings[0]?.message ?? '',
    };
  }
  if ((await ports.ledger.show(state.drillId)) !== null) {
    const message = `name: a drill named "${state.drillId}" has its record already; names are not used twice`;
    return {
      ...state,
      stage: 'refused',
      request: normalised.request,
      drillFindings: [finding('REQUEST_INVALID', message)],
      summary: message,
    };
  }
  const leaseExpiresAt = new Date(ports.clock.now().getTime() + leaseSeconds * 1000).toISOString();
  const lock = await ports.ledger.lock({
    database: normalised.database,
    drillId: state.drillId,
    leaseExpiresAt,
  });
  if (!lock.taken) {
    const message = `drill ${lock.heldBy.drillId} of ${normalised.database} is running (its lease ends ${lock.heldBy.leaseExpiresAt})`;
    return {
      ...state,
      stage: 'refused',
      request: normalised.request,
      drillFindings: [finding('DRILL_ALREADY_RUNNING', message)],
      summary: message,
    };
  }
  if (lock.abandoned !== undefined) await sealAbandoned(lock.abandoned, normalised.database, ports);
  const accepted: DrillState = { ...state, stage: 'accepted', request: normalised.request };
  await tellPeople({ kind: 'drill began', state: accepted }, ports);
  return accepted;
}

/**
 * A drill whose process was killed outright could seal nothing: the next one of its database does it. One that was killed
 * between its ledger line and the end of its reports and signature gets them now.
 */
async function sealAbandoned(
  { drillId, takenAt }: { drillId: string; takenAt: string },
  database: string,
  ports: Pick<
    DrillPorts,
    'clock' | 'configuration' | 'evidence' | 'exports' | 'ledger' | 'mishaps' | 'provenance'
  >,
): Promise<void> {
  const sealed =
    (await ports.ledger.show(drillId)) ?? (await sealKilled({ drillId, takenAt }, database, ports));
  const history = await readPast(sealed, ports);
  const past = history === null ? null : pastDrills(sealed, history, null);
  await publishRecord(sealed, past, ports).catch((error: unknown) => {
    // The drill that begins has reports of its own to write, and says then what is wrong with their place.
    ports.mishaps.tell({ what: 'write the reports of the drill before', drillId, error, unheard: true });
  });
}

async function sealKilled(
  { drillId, takenAt }: { drillId: string; takenAt: string },
  database: string,
  ports: Pick<DrillPorts, 'clock' | 'configuration' | 'ledger' | 'provenance'>,
): Promise<DrillRecord> {
  const state = newDrillState({ drillId, database, operator: 'unknown', startedAt: takenAt });
  const reason = 'the process that ran the drill ended without sealing its record';
  const assembled = assembleRecord({
    state: {
      ...state,
      drillFindings: [finding('INTERRUPTED', reason)],
      teardown: { askedAt: takenAt, confirmed: false, detail: 'left to the watchdog and the sweeper' },
    },
    attempts: [],
    endedAt: ports.clock.now().toISOString(),
    asOf: state.startedAt,
    phases: [],
    cost: null,
    lastProvenRtoSeconds: null,
    trendFindings: [],
    provenance: provenanceOf(state, ports),
  });
  await ports.ledger.seal(assembled);
  // With the link that the ledger gave it.
  return (await ports.ledger.show(drillId)) ?? assembled;
}

/** The name becomes part of resource names and file names; Step Functions itself would take more. */
const usableName = /^[A-Za-z0-9_-]{1,80}$/;

/** A configuration with mistakes refuses the request too: every mistake becomes a finding of its own. */
function normalise(
  start: ExecutionStart,
  ports: Pick<DrillPorts, 'clock' | 'configuration' | 'capabilities'>,
): ReturnType<typeof normaliseRequest> {
  try {
    const normalised = normaliseRequest(start.input, {
      databases: ports.configuration.databases(),
      timezoneOf: (database) => ports.configuration.database(database).source.timezone,
      now: ports.clock.now(),
      defaultOperator: start.operator ?? 'unknown',
      realRestore: ports.capabilities.realRestore,
      backupValidation: ports.capabilities.backupValidation,
    });
    if (!normalised.accepted || usableName.test(start.execution.name)) return normalised;
    const message = `name: "${start.execution.name}" holds more than letters, digits, hyphens and underscores`;
    return {
      accepted: false,
      database: normalised.database,
      findings: [finding('REQUEST_INVALID', message)],
    };
  } catch (error) {
    if (!isDrillError(error)) throw error;
    const findings = error.message.split('\n').map((line) => finding(error.code, line, error.hint));
    return { accepted: false, database: null, findings };
  }
}
