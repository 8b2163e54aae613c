import type { DrillState } from '../domain/drill/drill-state.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { finding } from '../domain/findings/findings.ts';
import { majorFor, storageBytesFor, supportedMajors } from '../domain/sandbox/sandbox-plan.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { leaseSeconds } from './step.ts';
import { defineStep } from './step-definition.ts';

/**
 * Decides what the sandbox shall be, and asks the host whether it can be had. A real restore is announced here, before
 * anything is made. In a walk-back the sandbox at hand is used again when its server is not older
 * than the dump: PostgreSQL restores upwards, never downwards.
 */
export const planSandboxStep = defineStep({
  phase: phaseNames.plan,
  run: async (state, ports: Pick<DrillPorts, 'configuration' | 'sandboxes' | 'clock' | 'announcements'>) => {
    const { dump } = state;
    if (dump === null) throw new Error('no dump to plan for');
    const { sandbox } = ports.configuration.database(state.database);
    const configured = sandbox.majorVersion;
    const chosen = majorFor(dump.header.majorVersion, configured);
    if ('unsupported' in chosen) {
      const message = `the dump comes from PostgreSQL ${chosen.unsupported}; sandboxes offer ${supportedMajors.join(', ')}`;
      return {
        ...state,
        stage: 'plan impossible',
        findings: [...state.findings, finding('SERVER_VERSION_UNSUPPORTED', message)],
      };
    }
    const unknown = dump.header.majorVersion === null && configured === null;
    const findings = unknown
      ? [
          ...state.findings,
          finding(
            'SERVER_VERSION_UNKNOWN',
            `the dump names no server version; PostgreSQL ${chosen.major} is used`,
          ),
        ]
      : state.findings;
    if (state.plan !== null && state.sandbox?.address != null)
      return reuse({ ...state, findings }, chosen.major);

    const now = ports.clock.now();
    const compressed = dump.header.format.wrappings.length > 0 || dump.header.format.archiveVersion !== null;
    const leased = state.request.mode === 'restore' ? leaseSeconds : sandbox.leaseSeconds;
    const planned: DrillState = {
      ...state,
      stage: 'sandbox planned',
      findings,
      plan: {
        drillId: state.drillId,
        database: state.database,
        majorVersion: chosen.major,
        dumpBytes: dump.sizeBytes,
        mode: state.request.mode,
        storageBytes: sandbox.storageBytes ?? storageBytesFor({ sizeBytes: dump.sizeBytes, compressed }),
        leaseExpiresAt: new Date(now.getTime() + leased * 1000).toISOString(),
      },
      // Known before it is asked for: whatever happens next, teardown finds it.
      sandbox: {
        sandboxId: ports.sandboxes.sandboxIdFor(state.drillId),
        askedAt: now.toISOString(),
        address: null,
      },
    };
    const possible = await preflight(state, planned, ports);
    if (possible.stage === 'sandbox planned' && state.request.mode === 'restore')
      await ports.announcements.restorePlanned(possible);
    return possible;
  },
});

/**
 * What only the host knows: quotas, prices, versions. Nothing is made here; what an earlier attempt asked for stays
 * known, so that it is torn down.
 */
async function preflight(
  before: DrillState,
  planned: DrillState,
  ports: Pick<DrillPorts, 'sandboxes'>,
): Promise<DrillState> {
  if (planned.plan === null || ports.sandboxes.preflight === undefined) return planned;
  const answer = await ports.sandboxes.preflight(planned.plan);
  const findings = [...planned.findings, ...answer.findings];
  if (answer.possible) return { ...planned, plan: answer.plan, findings };
  const { plan, sandbox } = before;
  return { ...planned, stage: 'plan impossible', plan, sandbox, findings };
}

function reuse(state: DrillState, major: number): DrillState {
  if (state.plan !== null && state.plan.majorVersion >= major) return { ...state, stage: 'sandbox at hand' };
  const message = `the older dump needs PostgreSQL ${major}; the sandbox of this drill is ${state.plan?.majorVersion}`;
  return {
    ...state,
    stage: 'plan impossible',
    findings: [...state.findings, finding('SERVER_VERSION_UNSUPPORTED', message)],
  };
}
