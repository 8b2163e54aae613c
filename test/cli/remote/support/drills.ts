import { type DrillState, newDrillState } from '../../../../lib/domain/drill/drill-state.ts';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import { ExecutionHistory } from './execution-history.ts';

export const drillId = '20261121T030000Z-shop-3f9a';

const dump: DrillState['dump'] = {
  key: 'postgres/shop_20261121T020000Z.dump',
  directory: false,
  sizeBytes: 12_345_678,
  uploadedAt: '2026-11-21T02:04:10.000Z',
  versionId: 'v1',
  nameTimestamp: '2026-11-21T02:00:00.000Z',
  nameTimestampEnd: null,
  expectedSha256: null,
  header: {
    format: { layout: 'custom', wrappings: [], archiveVersion: '1.14' },
    serverVersion: '15.18',
    dumpVersion: '15.18',
    majorVersion: 15,
    encoding: 'UTF8',
    database: 'shop',
    consistencyPoint: '2026-11-21T02:00:00.000Z',
  },
};

/** A drill's state; every field may be overridden. */
export function aState(overrides: Partial<DrillState> = {}): DrillState {
  return {
    ...newDrillState({
      ...{ drillId, database: 'shop', operator: 'schedule', startedAt: '2026-11-21T03:00:00.000Z' },
    }),
    stage: 'accepted',
    dump,
    ...overrides,
  };
}

const ready = aState({
  stage: 'sandbox ready',
  sandbox: {
    sandboxId: 'restore-drill-20261121t030000z-shop-3f9a',
    askedAt: '2026-11-21T03:00:05.000Z',
    address: {
      sandboxId: 'restore-drill-20261121t030000z-shop-3f9a',
      ...{
        host: 'sandbox.rds.amazonaws.com',
        port: 5432,
        masterRole: 'drill_master',
        serverVersion: '15.17',
      },
    },
  },
});

export const restored = {
  complete: true,
  startedAt: '2026-11-21T03:05:00.000Z',
  seconds: 150,
  bytesRead: 1,
  rowsLoaded: 49_324,
};

/** From the start to a sandbox that is ready: five minutes. */
export function upToSandbox(history = new ExecutionHistory()): ExecutionHistory {
  return history
    .did('normaliseRequest', { output: aState() })
    .did('selectDump', { seconds: 2, output: aState({ stage: 'dump selected' }) })
    .did('thawDump', { output: aState({ stage: 'dump readable' }) })
    .did('planSandbox', { output: aState({ stage: 'sandbox planned' }) })
    .did('provisionSandbox', { seconds: 3, output: aState({ stage: 'sandbox pending' }) })
    .did('waitForSandbox', { seconds: 290 })
    .did('lookAtSandbox', { output: ready });
}

/** The restore and the checks that follow it. */
export function upToJudge(history = upToSandbox()): ExecutionHistory {
  const checks = [0, 1, 2].map((index) => ({ index, name: `check ${index}` }));
  return history
    .did('prepareRestore', { output: ready })
    .did('restoreDump', { seconds: 180, input: ready, output: { ...ready, restored } })
    .did('planChecks', { output: { ...ready, restored, checks } })
    .checks(3);
}

/** Teardown, and the record. */
export function tornDown(history: ExecutionHistory): ExecutionHistory {
  const gone = aState({ stage: 'sandbox gone', teardown: { askedAt: '', confirmed: true, detail: 'gone' } });
  return history
    .did('tearDownSandbox', { output: aState({ stage: 'sandbox leaving' }) })
    .did('waitForTeardown', { seconds: 30 })
    .did('confirmGone', { output: gone })
    .did('sealRecord', { output: aState({ stage: 'sealed', verdict: 'PROVEN' }) });
}

/** A drill that proves its dump. */
export function provenDrill(): ExecutionHistory {
  return tornDown(upToJudge().did('judge', { output: aState({ stage: 'judged' }) })).ends('succeed');
}

/** A real restore at its question. */
export function restoreToApprove(): ExecutionHistory {
  const asked = aState({
    ...ready,
    stage: 'awaiting approval',
    verdict: 'PROVEN',
    request: { mode: 'restore', operator: 'ada', key: null, at: null },
    drillFindings: [
      finding('NEWER_DUMP_UNPROVEN', 'shop_20261121T023000Z.dump is newer and was never drilled'),
    ],
    plan: {
      kind: 'rds',
      ...{
        drillId,
        database: 'shop',
        majorVersion: 15,
        storageBytes: 1,
        dumpBytes: 12_345_678,
        mode: 'restore',
      },
      leaseExpiresAt: '2026-11-24T03:00:00.000Z',
      rds: {
        engineVersion: '15.17',
        placements: [{ instanceClass: 'db.m7g.large', availabilityZone: null }],
        ...{ storageGib: 400, parameterGroup: 'default.postgres15', estimatedCostUsd: 0.4 },
        production: {
          ...{ instanceClass: null, storageBytes: null, multiAz: true, backupRetentionDays: 7 },
          ...{
            parameterGroup: null,
            securityGroups: [],
            ...{ subnetGroup: null, kmsKeyId: null, extendedSupport: false, rehearsal: 'warning' },
            approval: 'required',
            approvalTimeoutSeconds: 43_200,
          },
        },
      },
    },
  });
  return upToJudge().did('judge', { output: asked }).entered('askApproval', asked);
}
