import type { SelectedDump } from '../domain/backup/dump.ts';
import { backupOf, backupWords } from '../domain/backup/kinds.ts';
import type { DatabaseConfig } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { At, Given } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { kindFor, methodFor, type RecoveryMethod } from '../domain/sandbox/methods.ts';
import { majorFor, type SandboxDemand, sameMajor, supportedMajors } from '../domain/sandbox/sandbox-plan.ts';
import { recoveredStorageBytes, storageBytesFor } from '../domain/sandbox/storage-estimate.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { readFirst } from './read-first.ts';
import { leaseSeconds } from './step.ts';
import { defineStep } from './step-definition.ts';
import { takeSlot } from './take-slot.ts';
import { tellPeople } from './tell-people.ts';

/**
 * Takes a slot, decides what the sandbox shall be, and asks the host whether it can be had. A real restore is announced here, before
 * anything is made. In a walk-back the sandbox at hand is used again when its server is not older
 * than the dump: PostgreSQL restores upwards, never downwards.
 */
export const planSandboxStep = defineStep({
  phase: phaseNames.plan,
  phaseAt: { 'waiting for a slot': phaseNames.waitForSlot },
  from: ['dump readable', 'waiting for a slot'],
  to: ['waiting for a slot', 'dump to read', 'sandbox planned', 'sandbox at hand', 'plan impossible'],
  run: async (
    given,
    ports: Pick<
      DrillPorts,
      | 'configuration'
      | 'sandboxes'
      | 'clock'
      | 'ledger'
      | 'notifiers'
      | 'mishaps'
      | 'evidence'
      | 'placeRestore'
    >,
  ) => {
    const slot = await takeSlot(given, ports);
    if (!slot.taken) return slot.state;
    const { state } = slot;
    const { dump } = state;
    const { sandbox: config } = ports.configuration.database(state.database);
    const backup = backupOf({ dump }).kind;
    const kind = kindFor(ports.sandboxes.kinds, {
      ...{ backup, mode: state.request.mode, configured: config.kind },
      asked: state.request.sandbox ?? null,
    });
    const found = methodFor(backup, kind);
    if ('refused' in found) return impossible(state, finding('METHOD_UNAVAILABLE', found.refused));
    const { needs } = found.method;
    const chosen =
      backup === 'physical'
        ? sameMajor(dump.header.majorVersion, config.majorVersion)
        : majorFor(dump.header.majorVersion, config.majorVersion);
    if ('unsupported' in chosen) {
      const message = `the ${backupWords[backup]} comes from PostgreSQL ${chosen.unsupported}; sandboxes offer ${supportedMajors.join(', ')}`;
      return impossible(state, finding('SERVER_VERSION_UNSUPPORTED', message));
    }
    const { major } = chosen;
    const known = { ...state, findings: [...state.findings, ...versionUnknown(dump, config, major)] };
    const { plan, sandbox } = state;
    // A server inside the task ended with it: the older dump gets one of its own.
    if (plan !== null && plan.kind !== 'task' && sandbox !== null && sandbox.address !== null) {
      if (backup === 'physical' ? plan.majorVersion === major : plan.majorVersion >= major)
        return {
          ...known,
          stage: 'sandbox at hand',
          plan,
          sandbox: { ...sandbox, address: sandbox.address },
        };
      const message = `the older ${backupWords[backup]} needs PostgreSQL ${major}; the sandbox of this drill is ${plan.majorVersion}`;
      return impossible(known, finding('SERVER_VERSION_UNSUPPORTED', message));
    }

    const now = ports.clock.now();
    const answer = await ports.sandboxes.preflight(demandOf(state, needs, config, major, now), kind);
    // Nothing was asked for yet: what an earlier attempt asked for stays known, so that it is torn down.
    if (!answer.possible) return impossible(known, ...answer.findings);
    const planned: At<'sandbox planned'> = {
      ...known,
      stage: 'sandbox planned',
      findings: [...known.findings, ...answer.findings],
      plan: answer.plan,
      // Known before it is asked for: whatever happens next, teardown finds it.
      sandbox: {
        sandboxId: ports.sandboxes.sandboxIdFor(state.drillId, kind),
        askedAt: now.toISOString(),
        address: null,
      },
    };
    if (state.request.mode === 'restore') await announce(planned, ports);
    return readFirst(planned, ports);
  },
});

/** A real restore is told before anything is made, beside the last proven drill. */
async function announce(
  state: DrillState,
  ports: Pick<DrillPorts, 'ledger' | 'notifiers' | 'mishaps'>,
): Promise<void> {
  const lastProven = await ports.ledger.lastProven(state.database).catch(() => null);
  await tellPeople({ kind: 'restore planned', state, lastProven }, ports);
}

function impossible(state: Given<'dump'>, ...reasons: Finding[]): At<'plan impossible'> {
  return { ...state, stage: 'plan impossible', findings: [...state.findings, ...reasons] };
}

function versionUnknown(dump: SelectedDump, config: DatabaseConfig['sandbox'], major: number): Finding[] {
  if (dump.header.majorVersion !== null || config.majorVersion !== null) return [];
  const message = `the ${backupWords[backupOf({ dump }).kind]} names no server version; PostgreSQL ${major} is used`;
  return [finding('SERVER_VERSION_UNKNOWN', message)];
}

function demandOf(
  { drillId, database, dump, request: { mode } }: Given<'dump'>,
  needs: RecoveryMethod['needs'],
  config: DatabaseConfig['sandbox'],
  majorVersion: number,
  now: Date,
): SandboxDemand {
  const { sizeBytes } = dump;
  const leased = mode === 'restore' ? leaseSeconds : config.leaseSeconds;
  return {
    ...{ drillId, database, majorVersion, mode },
    ...(needs === 'data directory' || needs === 'directory and server' ? { needs } : {}),
    dumpBytes: sizeBytes,
    storageBytes: config.storageBytes ?? expectedStorageBytes(dump),
    leaseExpiresAt: new Date(now.getTime() + leased * 1000).toISOString(),
  };
}

/** By what a base backup unpacks to; a dump does not say it. */
function expectedStorageBytes({ sizeBytes, header }: SelectedDump): number {
  if (header.recoveredSize !== undefined) return recoveredStorageBytes(header.recoveredSize);
  const compressed = header.format.wrappings.length > 0 || header.format.archiveVersion !== null;
  return storageBytesFor({ sizeBytes, compressed });
}
