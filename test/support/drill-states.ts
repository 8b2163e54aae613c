import type { SelectedDump } from '../../lib/domain/backup/dump.ts';
import { type DrillState, newDrillState, type RestoredSummary } from '../../lib/domain/drill/drill-state.ts';
import type { SandboxPlan } from '../../lib/domain/sandbox/sandbox-plan.ts';
import { aHeader } from './in-memory-ports.ts';

export const aDump = (given: Partial<SelectedDump> = {}): SelectedDump => ({
  key: 'shop_20261118T020000Z.sql.gz',
  directory: false,
  sizeBytes: 1000,
  uploadedAt: '2026-11-18T02:05:00.000Z',
  nameTimestamp: '2026-11-18T02:00:00.000Z',
  nameTimestampEnd: null,
  expectedSha256: 'ab'.repeat(32),
  header: aHeader(),
  ...given,
});

/** The plan of a sandbox on one machine. */
const aPlan = (): SandboxPlan => ({
  kind: 'local-process',
  ...{ drillId: 'drill-1', database: 'shop', majorVersion: 15, mode: 'drill' },
  ...{ dumpBytes: 1000, storageBytes: 1_000_000, leaseExpiresAt: '2026-11-20T09:00:00.000Z' },
});

/** What the restore task gives back of a whole dump. */
const aSummary = (): RestoredSummary => ({
  ...{ complete: true, startedAt: '2026-11-20T03:02:00.000Z', seconds: 60, bytesRead: 1000, rowsLoaded: 3 },
  findings: [],
  hooks: { migrate: null, smokeTest: null },
});

/** A drill whose sandbox stands and whose restore is prepared. */
export function aDrillState(given: Partial<DrillState> = {}): DrillState {
  const fresh = newDrillState({
    drillId: 'drill-1',
    database: 'shop',
    operator: 'ada',
    startedAt: '2026-11-20T03:00:00.000Z',
  });
  return {
    ...fresh,
    stage: 'restore prepared',
    dump: aDump(),
    plan: aPlan(),
    sandbox: {
      sandboxId: 'sandbox-drill-1',
      askedAt: '2026-11-20T03:01:00.000Z',
      address: {
        sandboxId: 'sandbox-drill-1',
        host: '/tmp',
        port: 5432,
        masterRole: 'master',
        serverVersion: '15.18',
      },
    },
    ...given,
  };
}

/** A drill whose dump is chosen and can be read; nothing is planned yet. */
export const aReadableState = (given: Partial<DrillState> = {}): DrillState =>
  aDrillState({ stage: 'dump readable', plan: null, sandbox: null, ...given });

/** A real restore that a person approved. */
export const anApprovedState = (given: Partial<DrillState> = {}): DrillState =>
  aDrillState({
    stage: 'approved',
    request: { mode: 'restore', operator: 'ada', key: null, at: null },
    restored: aSummary(),
    approval: { decision: 'approved', by: 'grace' },
    ...given,
  });
