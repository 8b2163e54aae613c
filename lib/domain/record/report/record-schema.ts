import * as z from 'zod';
import type { FindingCode } from '../../findings/findings.ts';
import type { DrillRecord } from '../drill-record.ts';
import { principalBases } from '../provenance.ts';

/**
 * The record as a schema: parses what a ledger gives back, and orders the keys of the JSON. Codes of findings are
 * taken as they are, because a ledger outlives releases and their registries.
 */
const findingCode = z.custom<FindingCode>(
  (code) => typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code),
);
const verdict = z.enum(['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY']);
const nullableText = z.string().nullable();
const nullableNumber = z.number().nullable();

const dump = z.object({
  key: z.string(),
  location: z.string(),
  format: z.string(),
  serverVersion: nullableText,
  dumpVersion: nullableText,
  bytes: z.number(),
  sha256: nullableText,
  checksumVerified: z.boolean(),
  consistencyPoint: nullableText,
  nameTimestamp: nullableText,
  uploadedAt: z.string(),
  versionId: nullableText,
});

const finding = z.object({
  code: findingCode,
  severity: z.enum(['error', 'unverified', 'warning', 'info']),
  message: z.string(),
  hint: z.string(),
  check: z.string().exactOptional(),
  checkId: z.string().exactOptional(),
});

const restore = z.object({
  // Drills restore with `native`; old records may say `tools`, an engine that is gone, and stay readable.
  engine: z.enum(['native', 'tools']),
  connections: z.number(),
  serverVersion: z.string(),
  entriesRestored: z.number(),
  entriesChanged: z.number(),
  entriesSkipped: z.number(),
  entriesFailed: z.number(),
  exceptions: z.array(
    z.object({
      database: z.string(),
      type: z.string(),
      name: z.string(),
      status: z.string(),
      reason: z.string(),
    }),
  ),
  rowsLoaded: z.number(),
  bytesRead: z.number(),
  indexSeconds: z.number().exactOptional(),
});

const recovered = z.object({
  systemIdentifier: z.string(),
  startLsn: z.string(),
  consistentLsn: nullableText,
  endLsn: z.string(),
  timelines: z.array(z.number()),
  lastCommitAt: nullableText,
  walSegments: z.number(),
  walBytes: z.number(),
  archivedAt: nullableText,
  archiveLagSeconds: nullableNumber,
  pages: z.object({ files: z.number(), pages: z.number(), bytes: z.number(), bad: z.number() }).nullable(),
});

const principal = z.object({ name: z.string(), basis: z.enum(principalBases) });

const range = z.object({ central: z.number(), low: z.number(), high: z.number() });

const futureDrill = z.object({ at: z.string(), rtoSeconds: range, costUsd: range.nullable() });

const forecast = z.object({
  drills: z.number(),
  leftOut: z.array(z.object({ drills: z.number(), reason: z.string() })),
  next: futureDrill.nullable(),
  in90Days: futureDrill.nullable(),
  not: nullableText,
});

const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host'), host: z.string() }),
  z.object({
    kind: z.literal('aws'),
    account: z.string(),
    region: z.string(),
    function: z.string(),
    execution: z.string(),
  }),
]);

export const recordSchema = z.object({
  schemaVersion: z.literal(1),
  drillId: z.string(),
  database: z.string(),
  mode: z.enum(['drill', 'restore']),
  sandbox: z.enum(['rds', 'task', 'local-process']).exactOptional(),
  server: z.string().exactOptional(),
  verdict,
  operator: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  asOf: z.string(),
  asked: z
    .object({ dump: nullableText, at: nullableText, restoreJobId: z.string().exactOptional() })
    .exactOptional(),
  dump: dump.nullable(),
  attempts: z.array(z.object({ key: z.string(), verdict, findingCodes: z.array(z.string()) })),
  provenDump: nullableText,
  findings: z.array(finding),
  checks: z.array(
    z.object({
      id: z.string().exactOptional(),
      name: z.string(),
      kind: z.string(),
      status: z.enum(['passed', 'failed', 'could not run']),
      durationMs: z.number(),
      expected: z.string().exactOptional(),
      actual: z.string().exactOptional(),
      scope: z.string().exactOptional(),
    }),
  ),
  tables: z.array(
    z.object({
      database: z.string(),
      schema: z.string(),
      name: z.string(),
      rows: z.number(),
      expected: z.number().exactOptional(),
      partitionOf: z.string().exactOptional(),
    }),
  ),
  objects: z.array(z.object({ database: z.string(), kind: z.string(), count: z.number() })).exactOptional(),
  witness: z.object({ tables: z.number(), contents: z.number(), rows: z.number() }).exactOptional(),
  restore: restore.nullable(),
  recovered: recovered.exactOptional(),
  phases: z.array(
    z.object({
      name: z.string(),
      startedAt: z.string(),
      seconds: z.number(),
      bytes: z.number().exactOptional(),
      rows: z.number().exactOptional(),
    }),
  ),
  rto: z.object({
    targetSeconds: nullableNumber,
    actualSeconds: nullableNumber,
    lastProvenSeconds: nullableNumber,
  }),
  rpo: z.object({
    targetSeconds: nullableNumber,
    actualSeconds: nullableNumber,
    dumpPoint: nullableText,
    uploadEnd: nullableText,
    newestRow: nullableText,
    worstCaseSeconds: nullableNumber,
  }),
  notTested: z.array(z.string()),
  teardown: z.object({ confirmed: z.boolean(), detail: z.string() }),
  cost: z.object({ estimatedUsd: z.number(), actualUsd: z.number() }).exactOptional(),
  forecast: forecast.exactOptional(),
  handOver: z
    .object({
      sandboxId: z.string(),
      endpoint: z.string(),
      port: z.number(),
      masterRole: z.string(),
      secretArn: nullableText,
      complete: z.boolean(),
      remaining: z.array(z.string()),
    })
    .exactOptional(),
  software: z.object({ version: z.string(), node: z.string(), commit: z.string().exactOptional() }),
  configuration: z.object({ text: z.string(), sha256: z.string() }).nullable().exactOptional(),
  place: place.exactOptional(),
  people: z.object({ operator: principal, approver: principal.nullable() }).exactOptional(),
  previous: z.object({ drillId: z.string(), sha256: z.string() }).nullable().exactOptional(),
});

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile when the schema and the type drift apart, optional keys included. */
export const schemaMatchesType: Same<z.infer<typeof recordSchema>, DrillRecord> = true;
