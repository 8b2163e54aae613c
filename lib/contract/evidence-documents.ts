/**
 * The documents of the evidence as schemas. A drill may run while a deploy changes the code: the restore task of one
 * release reads what the Lambdas of another wrote, either way round. So members that are not known are passed over, and
 * a member that a later release adds must come with a default here. Codes and classes that a release chose are taken as
 * they are, because the next one may not have them.
 */
import * as z from 'zod';
import { type SelectedDump, wrappings } from '../domain/backup/dump.ts';
import type { CheckResult } from '../domain/checks/asking/check.ts';
import type { CheckPlan, PreparedDatabase, StoredCheckResult } from '../domain/checks/check-evidence.ts';
import type { DatabaseConfig } from '../domain/config/index.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import { recordSchema } from '../domain/record/report/record-schema.ts';
import {
  type FailureClass,
  type RestoreAccount,
  type RestoreProgress,
  recoveryPhases,
} from '../domain/recovery/restore-account.ts';

const { findings, checks, tables, objects, witness, restore, recovered, rpo, verdict } = recordSchema.shape;

const nullableText = z.string().nullable();
const status = z.enum(['passed', 'failed', 'could not run']);
const phase = z.enum(['reading', 'pre-data', 'data', 'post-data', 'finishing', ...recoveryPhases]);

const outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('restored') }),
  z.object({ status: z.literal('restored with changes'), rule: z.string() }),
  z.object({ status: z.literal('skipped by policy'), rule: z.string() }),
  z.object({
    status: z.literal('failed'),
    failure: z.custom<FailureClass>((failure) => typeof failure === 'string'),
    sqlState: nullableText,
    message: z.string(),
  }),
  z.object({ status: z.literal('not reached') }),
]);

const accountEntry = z.object({
  id: z.number(),
  database: z.string(),
  type: z.string(),
  schema: nullableText,
  name: z.string(),
  owner: nullableText,
  outcome,
  seconds: z.number(),
});

const accountTable = z.object({
  database: z.string(),
  schema: z.string(),
  name: z.string(),
  rowsInDump: z.number(),
  rowsLoaded: z.number(),
  bytes: z.number(),
  seconds: z.number(),
});

const announced = z.object({
  database: z.string(),
  type: z.string(),
  schema: nullableText,
  name: z.string(),
  table: nullableText,
});

const recoveredCluster = z.object({
  systemIdentifier: z.string(),
  timeline: z.number(),
  startLsn: z.string(),
  consistentLsn: nullableText,
  endLsn: z.string(),
  lastCommitAt: nullableText,
  walBytes: z.number(),
  walSegments: z.number(),
  timelines: z.array(z.number()),
  archivedAt: nullableText,
  pages: z.object({ files: z.number(), pages: z.number(), bytes: z.number(), bad: z.number() }).nullable(),
  tables: z.array(z.object({ database: z.string(), schema: z.string(), name: z.string() })),
  indexChecks: z
    .object({ schema: z.string(), databases: z.array(z.string()), countsUnique: z.boolean() })
    .nullable(),
  notTested: z.array(z.string()),
});

export const restoreAccount: z.ZodType<RestoreAccount> = z.object({
  engine: z.enum(['native', 'tools']),
  complete: z.boolean(),
  sha256: nullableText,
  bytesRead: z.number(),
  databases: z.array(z.object({ dumpName: nullableText, name: z.string() })),
  rolesCreated: z.array(z.string()),
  entries: z.array(accountEntry),
  // Evidence of 0.1.0 lists all.
  restoredBeside: z.number().default(0),
  tables: z.array(accountTable),
  announced: z.array(announced),
  phases: z.array(
    z.object({
      name: phase,
      seconds: z.number(),
      bytes: z.number().exactOptional(),
      rows: z.number().exactOptional(),
    }),
  ),
  findings,
  recovered: recoveredCluster.exactOptional(),
});

/** Progress and the moment it was published, ISO 8601. */
interface StoredProgress extends RestoreProgress {
  at: string;
}

export const storedProgress: z.ZodType<StoredProgress> = z.object({
  bytesRead: z.number(),
  bytesTotal: z.number().nullable(),
  entriesDone: z.number(),
  rowsLoaded: z.number(),
  currentObject: nullableText,
  phase,
  at: z.string(),
});

export const checkPlan: z.ZodType<CheckPlan> = z.object({
  planned: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      name: z.string(),
      database: z.string(),
      statementTimeoutSeconds: z.number(),
      params: z.unknown(),
    }),
  ),
  notTested: z.array(z.string()),
});

const checkResult: z.ZodType<CheckResult> = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  status,
  expected: z.string().exactOptional(),
  actual: z.string().exactOptional(),
  scope: z.string().exactOptional(),
  durationMs: z.number(),
  findings,
  measured: z.object({
    tables: tables.exactOptional(),
    objects: z.record(z.string(), z.number()).exactOptional(),
    witness,
    partitions: z
      .array(z.object({ schema: z.string(), name: z.string(), partitionOf: z.string() }))
      .exactOptional(),
    newestRow: z.string().exactOptional(),
    extensions: z
      .array(z.object({ database: z.string(), name: z.string(), version: z.string() }))
      .exactOptional(),
  }),
});

export const storedCheckResult: z.ZodType<StoredCheckResult> = z.object({
  result: checkResult,
  endedAt: z.string(),
});

export const preparedDatabases: z.ZodType<PreparedDatabase[]> = z.array(
  z.object({
    database: z.string(),
    forcedTables: z.array(
      z.object({ schema: z.string(), name: z.string(), lifted: z.boolean(), sqlState: nullableText }),
    ),
  }),
);

/** That a promotion has begun, and of what. */
interface PromotionBegun {
  sandboxId: string;
  promotionAskedAt: string;
}

/** That it is there says that nothing may be torn down any more, so nothing in it makes it unreadable. */
export const promotionBegun: z.ZodType<PromotionBegun> = z
  .object({ sandboxId: z.string().catch('unknown'), promotionAskedAt: z.string().catch('unknown') })
  .catch({ sandboxId: 'unknown', promotionAskedAt: 'unknown' });

const selectedDump: z.ZodType<SelectedDump> = z.object({
  key: z.string(),
  directory: z.boolean(),
  parts: z.number().int().positive().exactOptional(),
  sizeBytes: z.number(),
  uploadedAt: z.string(),
  etag: z.string().exactOptional(),
  versionId: z.string().exactOptional(),
  nameTimestamp: nullableText,
  nameTimestampEnd: nullableText,
  archivedIn: z.string().exactOptional(),
  expectedSha256: nullableText,
  header: z.object({
    format: z.object({
      layout: z.enum(['plain', 'cluster', 'custom', 'tar', 'directory', 'base backup']),
      wrappings: z.array(z.enum(wrappings)),
      archiveVersion: nullableText,
    }),
    serverVersion: nullableText,
    dumpVersion: nullableText,
    majorVersion: z.number().nullable(),
    encoding: nullableText,
    database: nullableText,
    consistencyPoint: nullableText,
  }),
});

export const attemptReport: z.ZodType<AttemptReport> = z.object({
  attempt: z.number(),
  dump: selectedDump.nullable(),
  verdict,
  findings,
  worthKeeping: z.boolean(),
  checks,
  tables,
  objects,
  witness,
  restore,
  recovered,
  sha256: nullableText,
  rto: z.object({ targetSeconds: z.number().nullable(), actualSeconds: z.number().nullable() }),
  rpo,
  notTested: z.array(z.string()),
});

/**
 * The configuration of a database was parsed when the stack was made; its own schema reads what people write, not what
 * came of it. Its sections are looked for, and whoever reads it fills in what a later release added.
 */
export const parsedDatabaseConfig: z.ZodType<DatabaseConfig> = z.custom<DatabaseConfig>(
  (config) =>
    z.looseObject({ source: z.looseObject({ kind: z.enum(['s3', 'folder']) }) }).safeParse(config).success,
);

/** When a database was first watched, ISO 8601. */
export const firstWatched = z.object({ at: z.string() });
