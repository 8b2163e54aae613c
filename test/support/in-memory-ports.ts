import { Readable } from 'node:stream';
import { sha256 } from '../../lib/adapters/seals/record-digest.ts';
import type { DumpHeader, DumpObject } from '../../lib/domain/backup/dump.ts';
import type { CheckResult, PlannedCheck } from '../../lib/domain/checks/asking/check.ts';
import { defaultDatabaseConfig, noKeys } from '../../lib/domain/config/index.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { RestoreAccount } from '../../lib/domain/recovery/restore-account.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import type { Mishap } from '../../lib/ports/mishaps.ts';
import type { SandboxLook } from '../../lib/ports/sandbox.ts';
import { inMemoryEvidence } from './in-memory-evidence.ts';

/** A header as pg_dump 15 writes it. */
export const aHeader = (given: Partial<DumpHeader> = {}): DumpHeader => ({
  format: { layout: 'plain', wrappings: ['gzip'], archiveVersion: null },
  serverVersion: '15.18',
  dumpVersion: '15.18',
  majorVersion: 15,
  encoding: 'UTF8',
  database: null,
  consistencyPoint: null,
  ...given,
});

/** An account of a dump with one table of three rows. */
export const anAccount = (given: Partial<RestoreAccount> = {}): RestoreAccount => ({
  engine: 'native',
  complete: true,
  sha256: 'ab'.repeat(32),
  bytesRead: 1000,
  databases: [{ dumpName: null, name: 'restored' }],
  rolesCreated: [],
  restoredBeside: 0,
  entries: [
    {
      id: 1,
      database: 'restored',
      type: 'TABLE',
      schema: 'public',
      name: 't',
      owner: null,
      outcome: { status: 'restored' },
      seconds: 0.1,
    },
  ],
  tables: [
    {
      database: 'restored',
      schema: 'public',
      name: 't',
      rowsInDump: 3,
      rowsLoaded: 3,
      bytes: 30,
      seconds: 0.1,
    },
  ],
  announced: [],
  phases: [],
  findings: [],
  ...given,
});

export const aPassedCheck = (check: PlannedCheck): CheckResult => ({
  id: check.id,
  name: check.name,
  kind: check.kind,
  status: 'passed',
  durationMs: 5,
  findings: [],
  measured: { tables: [{ database: 'restored', schema: 'public', name: 't', rows: 3 }] },
});

/** What a test can look at afterwards. */
export interface Witness {
  records: DrillRecord[];
  locks: Map<string, string>;
  sandboxes: Map<string, SandboxLook>;
  removed: string[];
  restoredKeys: string[];
  /** Drills whose tasks were stopped. */
  stopped: string[];
  /** What was said not to have worked beside the drill. */
  mishaps: Mishap[];
}

/**
 * Ports of a world in memory where everything goes well: three nightly dumps, a sandbox that is ready at the second
 * look, one check that passes. Tests override what shall go otherwise.
 */
export function inMemoryPorts(given: Partial<DrillPorts> = {}): { ports: DrillPorts; witness: Witness } {
  const witness: Witness = {
    records: [],
    locks: new Map(),
    sandboxes: new Map(),
    removed: [],
    restoredKeys: [],
    stopped: [],
    mishaps: [],
  };
  const looks = new Map<string, number>();
  const objects: DumpObject[] = ['18', '17', '16'].map((day) => ({
    key: `shop_202611${day}T020000Z.sql.gz`,
    sizeBytes: 1000,
    modifiedAt: `2026-11-${day}T02:05:00.000Z`,
  }));
  const config = defaultDatabaseConfig({
    kind: 'folder',
    folder: '.',
    pattern: 'shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz',
    timezone: 'UTC',
    minBytes: 0,
    maxAgeSeconds: null,
    intervalSeconds: null,
    decrypt: noKeys,
    member: null,
    physical: null,
  });
  // The interpreter stamps the execution with the machine's own time; this clock goes on from there.
  let time = Date.now();
  const ports: DrillPorts = {
    clock: {
      now: () => {
        time += 100;
        return new Date(time);
      },
      sleep: async () => {},
    },
    configuration: { databases: () => ['shop'], database: () => config },
    objects: { text: async () => '', archiveProblem: async () => null },
    openStore: async () => ({
      prefix: '',
      store: {
        location: 'memory/',
        async *list() {
          yield* objects;
        },
        stat: async (key) => objects.find((object) => object.key === key) ?? null,
        open: async () => Readable.from([]),
      },
    }),
    inspector: { inspect: async () => aHeader(), momentsOfBase: async () => ({ consistencyPoint: null }) },
    sandboxes: {
      kinds: ['local-process'],
      sandboxIdFor: (drillId) => `sandbox-${drillId}`,
      preflight: async (demand) => ({
        possible: true,
        plan: { kind: 'local-process', ...demand },
        findings: [],
      }),
      provision: async ({ drillId }) => {
        witness.sandboxes.set(`sandbox-${drillId}`, { state: 'pending', detail: 'starting' });
        return { sandboxId: `sandbox-${drillId}` };
      },
      look: async (sandboxId) => {
        if (!witness.sandboxes.has(sandboxId)) return { state: 'gone' };
        const seen = (looks.get(sandboxId) ?? 0) + 1;
        looks.set(sandboxId, seen);
        if (seen < 2) return { state: 'pending', detail: 'starting' };
        return {
          state: 'ready',
          address: { sandboxId, host: '/tmp', port: 5432, masterRole: 'master', serverVersion: '15.18' },
        };
      },
      remove: async (sandboxId) => {
        witness.removed.push(sandboxId);
        witness.sandboxes.delete(sandboxId);
      },
      sweep: async () => ({ removed: [], kept: [] }),
    },
    cleaner: { empty: async () => {} },
    recoverers: {
      physical: null,
      logical: {
        restore: async ({ dump }) => {
          witness.restoredKeys.push(dump.key);
          return anAccount();
        },
      },
    },
    dumpReader: {
      read: async () => ({ complete: true, sha256: 'ab'.repeat(32), bytesRead: 1000, rows: 3, findings: [] }),
    },
    volumeTasks: null,
    restoreTasks: { stop: async (drillId) => void witness.stopped.push(drillId), diagnose: async () => null },
    capabilities: { realRestore: false, rolePasswords: false, backupValidation: false },
    ...{ region: null, placeRestore: null, hookTask: null, rolePasswords: null },
    checks: {
      prepare: async (_address, databases) => databases.map((database) => ({ database, forcedTables: [] })),
      undo: async () => [],
      run: async (check) => aPassedCheck(check),
    },
    planChecks: () => ({
      planned: [
        {
          id: 'rows',
          kind: 'rowCounts',
          name: 'row counts',
          database: 'restored',
          statementTimeoutSeconds: 60,
          params: {},
        },
      ],
      notTested: ['freshness'],
    }),
    ledger: {
      lock: async ({ database, drillId, leaseExpiresAt }) => {
        const holder = witness.locks.get(database);
        if (holder !== undefined)
          return { taken: false, heldBy: { database, drillId: holder, leaseExpiresAt } };
        witness.locks.set(database, drillId);
        return { taken: true };
      },
      takeSlot: async () => ({ taken: true }),
      unlock: async (database) => void witness.locks.delete(database),
      seal: async (record) => void witness.records.push(record),
      history: async () => witness.records,
      show: async () => null,
      lastProven: async () => null,
    },
    evidence: inMemoryEvidence(),
    approvals: null,
    notifiers: [],
    drillMetrics: null,
    site: null,
    exports: [],
    mishaps: { tell: (mishap) => void witness.mishaps.push(mishap) },
    progress: { restoreProgress: () => {} },
    dumpOpening: async () => ({ passphrase: null }),
    provenance: {
      software: { version: '0.0.0', node: 'v20.0.0', commit: 'unknown' },
      placeOf: () => ({ kind: 'host', host: 'laptop' }),
      operatorBasis: 'operating system',
      digest: sha256,
      signer: async () => null,
    },
    signal: new AbortController().signal,
    ...given,
  };
  return { ports, witness };
}
