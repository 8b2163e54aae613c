/**
 * The document of the state machine as it may come in at a door: made by this version or by an earlier one, in an
 * execution that began before a deployment. What earlier versions did not have is filled in; of a later version the
 * fields that are not known here are kept, for the door of that version which reads the document next.
 */
import * as z from 'zod';
import { choosableKinds } from '../config/choosable-kinds.ts';
import type { ProductionConfig } from '../config/index.ts';
import { DrillError } from '../findings/errors.ts';
import type { Finding, FindingCode } from '../findings/findings.ts';
import { type DrillState, newDrillState, stateSchemaVersion } from './drill-state.ts';
import { dumpCandidate, selectedDump } from './dump-schema.ts';
import { stages } from './stages.ts';

const moment = z.string().min(1);
const count = z.number().int().min(0);

/** Codes of findings come and go with versions; severity and hint travel with them, so any code can be told. */
const findings: z.ZodType<Finding[]> = z.array(
  z.looseObject({
    code: z.custom<FindingCode>((code) => typeof code === 'string'),
    severity: z.enum(['error', 'unverified', 'warning', 'info']),
    message: z.string(),
    hint: z.string(),
    check: z.string().exactOptional(),
  }),
);

const production: z.ZodType<ProductionConfig> = z.looseObject({
  instanceClass: z.string().nullable(),
  storageBytes: z.number().nullable(),
  multiAz: z.boolean(),
  backupRetentionDays: z.number(),
  parameterGroup: z.string().nullable(),
  securityGroups: z.array(z.string()),
  // Earlier versions had none of these.
  subnetGroup: z.string().nullable().default(null),
  kmsKeyId: z.string().nullable().default(null),
  extendedSupport: z.boolean().default(false),
  rehearsal: z.enum(['warning', 'error', 'off']).default('warning'),
  approval: z.enum(['required', 'waived']),
  approvalTimeoutSeconds: z.number(),
});

const taskDisk = { diskGib: z.number(), volumeGib: z.number().exactOptional() };

const demand = {
  drillId: z.string(),
  database: z.string(),
  majorVersion: z.number().int(),
  storageBytes: z.number(),
  leaseExpiresAt: moment,
  dumpBytes: z.number(),
  mode: z.enum(['drill', 'restore']),
  needs: z.enum(['data directory', 'directory and server']).exactOptional(),
  taskDisk: z.looseObject(taskDisk).exactOptional(),
};

/** Plans had no kind at first: a managed instance was told by its part of the plan. */
const withKind = (plan: unknown): unknown =>
  typeof plan === 'object' && plan !== null && !('kind' in plan)
    ? { kind: 'rds' in plan ? 'rds' : 'local-process', ...plan }
    : plan;

const plan = z.preprocess(
  withKind,
  z.discriminatedUnion('kind', [
    z.looseObject({
      kind: z.literal('rds'),
      ...demand,
      rds: z.looseObject({
        engineVersion: z.string(),
        placements: z.array(
          z.looseObject({ instanceClass: z.string(), availabilityZone: z.string().nullable() }),
        ),
        storageGib: z.number(),
        parameterGroup: z.string(),
        extendedSupport: z.boolean().exactOptional(),
        production: production.nullable(),
        estimatedCostUsd: z.number(),
      }),
    }),
    z.looseObject({
      kind: z.literal('task'),
      ...demand,
      task: z.looseObject({ ...taskDisk, estimatedCostUsd: z.number() }),
    }),
    z.looseObject({ kind: z.literal('local-process'), ...demand }),
  ]),
);

const sandbox = z.looseObject({
  sandboxId: z.string().min(1),
  askedAt: moment,
  address: z
    .looseObject({
      sandboxId: z.string().min(1),
      host: z.string(),
      port: z.number().int(),
      masterRole: z.string(),
      serverVersion: z.string(),
      secretArn: z.string().exactOptional(),
    })
    .nullable()
    .default(null),
  placement: count.exactOptional(),
  absentWalls: z.array(z.string()).exactOptional(),
});

const hook = z
  .looseObject({
    taskDefinition: z.string(),
    environment: z.array(z.looseObject({ Name: z.string(), Value: z.string() })),
    timeoutSeconds: z.number(),
  })
  .nullable();
const hooks = z.looseObject({ migrate: hook, smokeTest: hook });

const restored = z.looseObject({
  complete: z.boolean(),
  startedAt: moment,
  seconds: z.number(),
  bytesRead: z.number(),
  rowsLoaded: z.number(),
  walBytes: z.number().nullable().exactOptional(),
  olderBackups: z.array(z.looseObject({ name: z.string(), takenAt: moment.nullable() })).exactOptional(),
  findings: findings.default([]),
  hooks: hooks.default({ migrate: null, smokeTest: null }),
  within: z
    .looseObject({
      serverVersion: z.string(),
      absentWalls: z.array(z.string()),
      hooks: z
        .looseObject({
          runs: hooks,
          outcomes: z.looseObject({ migrate: z.unknown().optional(), smokeTest: z.unknown().optional() }),
        })
        .exactOptional(),
    })
    .exactOptional(),
});

const pointers = z.array(z.looseObject({ index: count, name: z.string() }));
/** As a Catch leaves it. */
const caught = z.looseObject({ Error: z.string(), Cause: z.string().default('') });

/** A stage that earlier versions left on the way to a teardown; no step leaves it any more. */
const stage = z.preprocess((given) => (given === 'declined' ? 'judged' : given), z.enum(stages));

const document: z.ZodType<DrillState> = z.looseObject({
  schemaVersion: z.number().int().min(1),
  machine: z.number().int().min(1).exactOptional(),
  drillId: z.string().min(1),
  database: z.string().min(1),
  stage,
  request: z.looseObject({
    mode: z.enum(['drill', 'restore']),
    operator: z.string(),
    key: z.string().nullable(),
    at: z.string().nullable(),
    sandbox: z.enum(choosableKinds).exactOptional(),
    restoreJobId: z.string().exactOptional(),
  }),
  startedAt: moment,
  attempt: z.number().int().min(1),
  dump: selectedDump.nullable(),
  dumpLocation: z.string(),
  dumpIntervalSeconds: z.number().nullable(),
  olderDumps: z.array(dumpCandidate),
  plan: plan.nullable(),
  sandbox: sandbox.nullable(),
  restoreTask: z
    .looseObject({
      taskDefinition: z.string(),
      subnets: z.array(z.string()),
      securityGroups: z.array(z.string()),
      assignPublicIp: z.enum(['ENABLED', 'DISABLED']),
      vcpu: z.number().exactOptional(),
      memoryGib: z.number().exactOptional(),
      volume: z.looseObject({ taskDefinition: z.string(), sizeGib: z.number() }).exactOptional(),
      others: z
        .array(z.looseObject({ taskDefinition: z.string(), vcpu: z.number(), memoryGib: z.number() }))
        .exactOptional(),
    })
    .nullable(),
  slotWait: z.looseObject({ since: moment, seconds: z.number().min(0) }).exactOptional(),
  readFirst: z.looseObject({ since: moment, reason: z.string() }).exactOptional(),
  reading: z
    .looseObject({
      whole: z.boolean(),
      startedAt: moment,
      seconds: z.number(),
      bytesRead: z.number(),
      rows: z.number(),
      findings,
    })
    .exactOptional(),
  restored: restored.nullable(),
  checks: pointers,
  findings,
  notTested: z.array(z.string()),
  drillFindings: findings,
  phases: z.array(
    z.looseObject({
      name: z.string(),
      startedAt: moment,
      seconds: z.number(),
      bytes: z.number().exactOptional(),
      rows: z.number().exactOptional(),
    }),
  ),
  verdict: z.enum(['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY']).nullable(),
  summary: z.string(),
  teardown: z.looseObject({ askedAt: moment, confirmed: z.boolean(), detail: z.string() }).nullable(),
  longChecks: pointers,
  hooks,
  // Whoever has the token may answer anything. What is no answer is none: it must not keep a teardown from being read.
  approval: z
    .looseObject({ decision: z.enum(['approved', 'declined']), by: z.string().catch('unknown') })
    .nullable()
    .catch(null),
  approvalTimeoutSeconds: z.number(),
  promotionAskedAt: moment.nullable(),
  refusedChanges: z.array(z.string()).exactOptional(),
  handOver: z
    .looseObject({
      sandboxId: z.string(),
      endpoint: z.string(),
      port: z.number(),
      masterRole: z.string(),
      secretArn: z.string().nullable(),
      complete: z.boolean(),
      remaining: z.array(z.string()),
    })
    .nullable(),
  hookOutcomes: z
    .looseObject({ migrate: z.unknown().optional(), smokeTest: z.unknown().optional() })
    .exactOptional(),
  longCheckFailure: caught.exactOptional(),
  failure: caught.exactOptional(),
  teardownProblem: z.string().exactOptional(),
});

/** What every version's document has had: from it, the fields that it may lack are made. */
const identity = z.looseObject({
  schemaVersion: z.number().int().min(1).default(stateSchemaVersion),
  drillId: z.string().min(1),
  database: z.string().min(1),
  startedAt: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'no moment'),
  request: z.looseObject({ operator: z.string().catch('unknown') }).optional(),
});

/**
 * Reads what comes in at a door.
 *
 * @throws DrillError STATE_UNREADABLE naming every field that is not as it must be
 */
export function parseDrillState(input: unknown): DrillState {
  const known = identity.safeParse(input);
  if (!known.success) throw unreadable(known.error);
  const { drillId, database, startedAt, request, schemaVersion } = known.data;
  const fresh = newDrillState({ drillId, database, startedAt, operator: request?.operator ?? 'unknown' });
  const parsed = document.safeParse({ ...fresh, ...(input as object), schemaVersion });
  if (!parsed.success) throw unreadable(parsed.error);
  return parsed.data;
}

/** At most this many wrong fields are named. */
const fieldsNamed = 5;

function unreadable({ issues }: z.ZodError): DrillError {
  const fields = issues
    .slice(0, fieldsNamed)
    .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  return new DrillError('STATE_UNREADABLE', `the state of the drill cannot be read: ${fields.join('; ')}`, {
    hint: 'Start the drill again. When it began before a deployment, deploy the version that it began with and redrive the execution.',
    fault: 'us',
  });
}
