import * as z from 'zod';
import { checkConfigSchema } from '../checks/check-config.ts';
import { choosableKinds } from './choosable-kinds.ts';
import { drift } from './drift.ts';
import { byteSize, duration, flag, matching, namePattern, withHint } from './field-types.ts';
import { nobodyToNotify, notify } from './notify.ts';
import { production } from './production.ts';
import { restore } from './restore.ts';
import { scheduleSchema, writtenSchedule } from './schedule.ts';
import { ssmParameterName } from './secret-places.ts';
import { sourceSchema, writtenSource } from './source.ts';

const companion = z
  .strictObject({
    pattern: namePattern('File of the same backup run, e.g. `uploads_{timestamp}.tar.gz`.').optional(),
    key: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'File with a fixed name below the prefix, e.g. `LAST_SUCCESS.txt`.' }),
    maxAge: duration().optional().meta({ description: 'Largest age, e.g. `26h`.' }),
    archive: z.enum(['tar', 'tar.gz']).optional().meta({ description: 'It must unpack to its end.' }),
  })
  .refine(({ pattern, key }) => (pattern === undefined) !== (key === undefined), {
    error: withHint(
      'a companion has either a pattern or a key',
      'e.g. { key: LAST_SUCCESS.txt, maxAge: 26h }',
    ),
  })
  .transform(({ pattern, key, maxAge, archive }) => ({
    pattern: pattern ?? null,
    key: key ?? null,
    maxAgeSeconds: maxAge ?? null,
    archive: archive ?? null,
  }));

const objectives = z
  .strictObject({
    rto: duration()
      .optional()
      .meta({ description: 'Recovery time objective, e.g. `4h`: from the decision to a proven database.' }),
    rpo: duration()
      .optional()
      .meta({ description: 'Recovery point objective, e.g. `24h`: the most that may be lost.' }),
  })
  .meta({ description: 'What was promised; a missed objective makes a drill NOT_PROVEN.' })
  .transform(({ rto, rpo }) => ({ rtoSeconds: rto ?? null, rpoSeconds: rpo ?? null }));

const sandbox = z
  .strictObject({
    kind: z.enum(choosableKinds).optional().meta({
      description:
        '`rds`: a throwaway instance; `task`: a server inside the restore task, which takes a minute and costs a cent, and shows nothing of RDS (AWS). Default `rds` for dumps, `task` for base backups.',
    }),
    majorVersion: z
      .int()
      .min(14)
      .max(18)
      .optional()
      .meta({ description: 'PostgreSQL major; default: that of the dump.' }),
    storage: byteSize().optional().meta({
      description:
        'Disk of the sandbox, e.g. `100GiB`; default: from the size of the backup. In a restore task, more than 196 GiB are a volume.',
    }),
    lease: duration(300)
      .optional()
      .meta({ description: 'The sandbox is removed after this time whatever happens. Default 12h.' }),
    instanceClass: matching(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, 'an RDS instance class', 'write e.g. db.m7g.large')
      .optional()
      .meta({ description: 'RDS instance class (AWS); default: from the size of the dump.' }),
    readFirst: flag(
      'Read the dump once completely before an instance is made, so that a broken one costs none (AWS). Default: when the last drill failed or the dump shrank.',
    ).optional(),
    maxCostUsd: z
      .number()
      .positive()
      .optional()
      .meta({ description: 'A drill estimated to cost more is not started (AWS).' }),
    extendedSupport: flag(
      'Make sandboxes of a major past its standard support, which RDS charges extra for (AWS). Default false.',
    ).optional(),
  })
  .transform((written) => ({
    kind: written.kind ?? null,
    majorVersion: written.majorVersion ?? null,
    storageBytes: written.storage ?? null,
    leaseSeconds: written.lease ?? 12 * 3600,
    instanceClass: written.instanceClass ?? null,
    readFirst: written.readFirst ?? null,
    maxCostUsd: written.maxCostUsd ?? null,
    extendedSupport: written.extendedSupport ?? false,
  }));

const walkBack = z
  .strictObject({
    maxDumps: z.int().min(1).max(30).optional().meta({
      description: 'How many dumps a drill tries, the newest included. Default 3; 1 never goes back.',
    }),
  })
  .transform(({ maxDumps }) => ({ maxDumps: maxDumps ?? 3 }));

const roles = z
  .strictObject({
    passwords: z
      .record(z.string().min(1), ssmParameterName)
      .optional()
      .meta({ description: 'Role to SSM SecureString with its password, set after the restore (AWS).' }),
    checkLogin: flag('Log in as each of these roles afterwards. Default true.').optional(),
  })
  .transform(({ passwords, checkLogin }) => ({
    passwords: Object.entries(passwords ?? {}).map(([role, ssmParameter]) => ({ role, ssmParameter })),
    checkLogin: checkLogin ?? true,
  }));

/** Below the limit of ECS (docs/facts.md#overrides-of-a-task): names and our own variables need some of it. */
const mostEnvironment = 6000;

/** Characters of an environment as RunTask takes it. */
const overrideSize = (environment: Record<string, string>): number =>
  JSON.stringify(Object.entries(environment).map(([name, value]) => ({ name, value }))).length;

const hook = z
  .strictObject({
    image: z.string().min(1).meta({ description: 'Container image, e.g. an ECR URI with a tag or digest.' }),
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .meta({ description: 'Command; default: that of the image.' }),
    environment: z
      .record(z.string(), z.string())
      .refine((environment) => overrideSize(environment) <= mostEnvironment, {
        error: withHint(
          `the environment has more than ${mostEnvironment} characters`,
          'put what is larger into the image; ECS takes 8,192 characters for everything that is set per run',
        ),
      })
      .optional()
      .meta({
        description:
          'Environment variables beside PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSFILE, PGSSLMODE and PGSSLROOTCERT. No secrets.',
      }),
    database: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Database of a cluster dump; default: the first.' }),
    platform: z.enum(['arm64', 'x86_64']).optional().meta({
      description:
        'Processor that the image is for. Default: that of the restore task, arm64 unless deployed otherwise.',
    }),
    timeout: duration(60).optional().meta({ description: 'Longest time. Default 30m.' }),
  })
  .transform((written) => ({
    image: written.image,
    command: written.command ?? null,
    environment: written.environment ?? {},
    database: written.database ?? null,
    platform: written.platform ?? null,
    timeoutSeconds: written.timeout ?? 1800,
  }));

const hooks = z
  .strictObject({
    migrate: hook
      .optional()
      .meta({ description: 'Container that migrates the restored schema to its head, before the checks.' }),
    smokeTest: hook
      .optional()
      .meta({ description: 'Container that tries the application on the restored data, after the checks.' }),
  })
  .transform(({ migrate, smokeTest }) => ({ migrate: migrate ?? null, smokeTest: smokeTest ?? null }));

const described = {
  companions: z.array(companion).optional().meta({ description: 'Files that must lie beside the dump.' }),
  objectives: objectives.optional(),
  restore: restore.optional().meta({ description: 'How the dump is restored.' }),
  sandbox: sandbox.optional().meta({ description: 'The throwaway server.' }),
  walkBack: walkBack.optional().meta({ description: 'Whether older dumps are tried when the newest fails.' }),
  roles: roles.optional().meta({ description: 'Role passwords, for dumps that carry none.' }),
  production: production.optional().meta({ description: 'The instance that a real restore leaves (AWS).' }),
  hooks: hooks
    .optional()
    .meta({ description: 'Containers of yours that run against the sandbox; exit code 0 passes (AWS).' }),
  notify: notify.optional().meta({
    description:
      'Who is told of its drills, where that differs from `notify` of the file: each target replaces that of the file, `off` leaves it out.',
  }),
  drift: drift.optional().meta({
    description:
      'What a loss since the last proven drill is – tables, rows, keys, indexes, extensions –: `warn` (default), `error` or `off`; or an object with `mode` and tolerances.',
  }),
  checks: z
    .array(checkConfigSchema)
    .optional()
    .meta({ description: 'Questions to the restored data, beside the built-in ones.' }),
  statementTimeout: duration()
    .optional()
    .meta({ description: 'Limit for each statement of a check. Default 5m.' }),
  sequences: z.enum(['warning', 'error']).optional().meta({
    description:
      'What a sequence is that the source itself left behind its column: the dump holds its value, and it is too low. Default warning.',
  }),
};

/** One database as it may stand in the file; what is missing may come from `defaults`. */
export const writtenDatabase = z
  .strictObject({ source: writtenSource.optional(), schedule: writtenSchedule.optional(), ...described })
  .meta({ description: 'One database to protect.' });

/** One database after defaults. */
export const databaseSchema = z
  .strictObject({ source: sourceSchema, schedule: scheduleSchema.optional(), ...described })
  .transform((written) => ({
    source: written.source,
    companions: written.companions ?? [],
    objectives: written.objectives ?? objectives.parse({}),
    schedules: written.schedule ?? [],
    restore: written.restore ?? restore.parse({}),
    sandbox: written.sandbox ?? sandbox.parse({}),
    walkBack: written.walkBack ?? walkBack.parse({}),
    roles: written.roles ?? roles.parse({}),
    production: written.production ?? production.parse({}),
    hooks: written.hooks ?? hooks.parse({}),
    notify: written.notify ?? nobodyToNotify,
    drift: written.drift ?? drift.parse('warn'),
    checks: written.checks ?? [],
    statementTimeoutSeconds: written.statementTimeout ?? 300,
    sequences: written.sequences ?? ('warning' as const),
  }))
  .refine(({ restore, sandbox }) => sandbox.leaseSeconds > restore.timeoutSeconds, {
    path: ['sandbox', 'lease'],
    error: withHint(
      'the lease is not longer than the timeout of the restore, so the sandbox would vanish under it',
      'raise sandbox.lease or lower restore.timeout',
    ),
  })
  .refine(({ source, sandbox }) => source.physical?.commands == null || sandbox.majorVersion !== null, {
    path: ['sandbox', 'majorVersion'],
    error: withHint(
      'it is missing, and nothing is known of a base backup before a command has brought it',
      'give the major of the cluster, e.g. sandbox: { majorVersion: 17 }',
    ),
  });

/** One database to protect, with every default filled in. Durations in seconds, sizes in bytes, null: not given. */
export type DatabaseConfig = z.output<typeof databaseSchema>;
export type RolesConfig = DatabaseConfig['roles'];
export type { ProductionConfig } from './production.ts';
export type HookConfig = NonNullable<DatabaseConfig['hooks']['migrate']>;

/** A database of which only its source is known: `run --dump FILE` without a config. */
export function defaultDatabaseConfig(source: DatabaseConfig['source']): DatabaseConfig {
  return { ...databaseSchema.parse({ source: { folder: '.' } }), source };
}
