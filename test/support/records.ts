import { type Finding, type FindingCode, finding } from '../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';

/** A record of a healthy drill; every field may be overridden. */
export function aRecord(overrides: Partial<DrillRecord> = {}): DrillRecord {
  return {
    schemaVersion: 1,
    drillId: 'drill-20260301-030000-a1b2',
    database: 'shop',
    mode: 'drill',
    verdict: 'PROVEN',
    operator: 'schedule',
    startedAt: '2026-03-01T03:00:00.000Z',
    endedAt: '2026-03-01T03:03:12.400Z',
    asOf: '2026-03-01T03:00:00.000Z',
    dump: aRecordedDump(),
    attempts: [{ key: 'postgres/shop_20260301T020000Z.dump', verdict: 'PROVEN', findingCodes: [] }],
    provenDump: 'postgres/shop_20260301T020000Z.dump',
    findings: [],
    checks: [
      { name: 'row counts equal the dump', kind: 'row counts', status: 'passed', durationMs: 220 },
      { name: 'foreign keys have no orphans', kind: 'foreign keys', status: 'passed', durationMs: 1450 },
    ],
    tables: [
      { database: 'shop', schema: 'public', name: 'customers', rows: 1204 },
      { database: 'shop', schema: 'public', name: 'orders', rows: 48_120 },
    ],
    restore: {
      engine: 'native',
      connections: 2,
      serverVersion: '15.18',
      entriesRestored: 41,
      entriesChanged: 0,
      entriesSkipped: 0,
      entriesFailed: 0,
      exceptions: [],
      rowsLoaded: 49_324,
      bytesRead: 12_345_678,
    },
    phases: [
      { name: 'Select dump', startedAt: '2026-03-01T03:00:00.000Z', seconds: 0.4 },
      {
        name: 'Restore dump into sandbox',
        startedAt: '2026-03-01T03:00:04.000Z',
        seconds: 150,
        bytes: 12_345_678,
        rows: 49_324,
      },
      { name: 'Run checks', startedAt: '2026-03-01T03:02:34.000Z', seconds: 30 },
    ],
    rto: { targetSeconds: 14_400, actualSeconds: 184, lastProvenSeconds: 180 },
    rpo: {
      targetSeconds: 86_400,
      actualSeconds: 3600,
      dumpPoint: '2026-03-01T02:00:00.000Z',
      uploadEnd: '2026-03-01T02:04:10.000Z',
      newestRow: '2026-03-01T01:58:31.000Z',
      worstCaseSeconds: 86_650,
    },
    notTested: ['The uploads archive was not opened.', 'Application code was not run.'],
    teardown: { confirmed: true, detail: 'server stopped, data directory removed' },
    software: { version: '0.1.0', node: '20.20.2' },
    ...overrides,
  };
}

export function aRecordedDump(
  overrides: Partial<NonNullable<DrillRecord['dump']>> = {},
): NonNullable<DrillRecord['dump']> {
  return {
    key: 'postgres/shop_20260301T020000Z.dump',
    location: 's3://acme-backups/postgres/',
    format: 'custom archive 1.14',
    serverVersion: '15.18 (Debian 15.18-0+deb12u1)',
    dumpVersion: '15.18',
    bytes: 12_345_678,
    sha256: 'a'.repeat(64),
    checksumVerified: true,
    consistencyPoint: '2026-03-01T02:00:00.000Z',
    nameTimestamp: '2026-03-01T02:00:00.000Z',
    uploadedAt: '2026-03-01T02:04:10.000Z',
    versionId: null,
    ...overrides,
  };
}

/** A record that is NOT_PROVEN because of orphans. */
export function aFailedRecord(overrides: Partial<DrillRecord> = {}): DrillRecord {
  return aRecord({
    verdict: 'NOT_PROVEN',
    provenDump: null,
    findings: [
      aFinding('CHECKSUM_ABSENT', 'shop_20260301T020000Z.dump has no checksum sidecar'),
      aFinding('FK_ORPHANS', '12 rows of public.orders point to missing rows of public.customers', {
        check: 'foreign keys have no orphans',
      }),
    ],
    checks: [
      { name: 'row counts equal the dump', kind: 'row counts', status: 'passed', durationMs: 220 },
      { name: 'foreign keys have no orphans', kind: 'foreign keys', status: 'failed', durationMs: 1450 },
    ],
    ...overrides,
  });
}

/** A record of a drill that could not run. */
export function anUnverifiedRecord(overrides: Partial<DrillRecord> = {}): DrillRecord {
  return aRecord({
    verdict: 'COULD_NOT_VERIFY',
    dump: null,
    attempts: [],
    provenDump: null,
    findings: [aFinding('NO_DUMP_FOUND', 'none of 3 objects under s3://acme-backups/postgres/ is eligible')],
    checks: [],
    tables: [],
    restore: null,
    phases: [{ name: 'Select dump', startedAt: '2026-03-01T03:00:00.000Z', seconds: 0.4 }],
    rto: { targetSeconds: 14_400, actualSeconds: null, lastProvenSeconds: 180 },
    rpo: {
      targetSeconds: 86_400,
      actualSeconds: null,
      dumpPoint: null,
      uploadEnd: null,
      newestRow: null,
      worstCaseSeconds: null,
    },
    notTested: ['Nothing was restored.'],
    teardown: { confirmed: true, detail: 'no sandbox was made' },
    ...overrides,
  });
}

export function aFinding(
  code: FindingCode,
  message = 'something about public.orders',
  overrides: Partial<Finding> = {},
): Finding {
  return { ...finding(code, message), ...overrides };
}
