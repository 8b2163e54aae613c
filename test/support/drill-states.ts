import type { SelectedDump } from '../../lib/domain/backup/dump.ts';
import { type DrillState, newDrillState } from '../../lib/domain/drill/drill-state.ts';
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
