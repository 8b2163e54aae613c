import type { DrillState } from '../../domain/drill/drill-state.ts';
import { newDrillState } from '../../domain/drill/drill-state.ts';
import { normaliseRequest } from '../../domain/drill/request.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Finding } from '../../domain/findings/findings.ts';
import type { DrillPorts } from '../../ports/drill-ports.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { planSandboxStep } from '../../steps/plan-sandbox.ts';
import { selectDumpStep } from '../../steps/select-dump.ts';

/** What a drill would do up to the point where it would first make something. */
export interface Preview {
  state: DrillState;
  findings: Finding[];
}

/** A plan leaves nothing behind. */
const nothingKept: EvidenceStore = {
  write: async () => {},
  findReport: async () => null,
  writeReport: async () => {},
  find: async () => null,
  read: async ({ file }) => {
    throw new DrillError('INTERNAL_ERROR', `a plan keeps no ${file}`, { fault: 'us' });
  },
};

/**
 * Runs the steps of a drill that only read – request, selection, plan – without lock, record or sandbox.
 *
 * @throws DrillError REQUEST_INVALID, and what reading the source throws
 */
export async function previewDrill(
  input: unknown,
  operator: string,
  ports: Pick<
    DrillPorts,
    | 'capabilities'
    | 'clock'
    | 'configuration'
    | 'inspector'
    | 'ledger'
    | 'mishaps'
    | 'notifiers'
    | 'objects'
    | 'openStore'
    | 'dumpOpening'
    | 'sandboxes'
  >,
): Promise<Preview> {
  const normalised = normaliseRequest(input, {
    databases: ports.configuration.databases(),
    timezoneOf: (database) => ports.configuration.database(database).source.timezone,
    now: ports.clock.now(),
    defaultOperator: operator,
    realRestore: ports.capabilities.realRestore,
    backupValidation: ports.capabilities.backupValidation,
  });
  if (!normalised.accepted) {
    const message = normalised.findings.map((f) => f.message).join('; ');
    throw new DrillError('REQUEST_INVALID', message, { hint: 'See `restore-drill plan --help`.' });
  }
  const startedAt = ports.clock.now().toISOString();
  const fresh = newDrillState({ drillId: 'preview', database: normalised.database, operator, startedAt });
  const selected = await selectDumpStep(
    { ...fresh, stage: 'accepted', request: normalised.request },
    { ...ports, evidence: nothingKept },
  );
  if (selected.stage === 'no dump') return { state: selected, findings: selected.findings };
  // What is archived is thawed first; nothing of it is read for a plan.
  const planning = { ...ports, evidence: nothingKept, placeRestore: null };
  const state = await planSandboxStep({ ...selected, stage: 'dump readable' }, planning);
  return { state, findings: state.findings };
}
