/**
 * Names that the deployed stack and the running code must agree on. Imported by lib/infra and by the runtime, so it
 * imports nothing.
 */

/** Start of the name of everything that is ever created: IAM allows nothing else. */
export const resourcePrefix = 'restore-drill-';

/** Name of the stack unless `aws.stackName` of drills.yaml says otherwise. */
export const defaultStackName = 'restore-drill';

/**
 * The three tags that make a resource ours. Only what carries all of them, with this stack's name, is ever deleted;
 * `lease` is an ISO moment in UTC, and a restored database that was handed over no longer has it. RDS allows letters,
 * digits, spaces and `_ . : / = + - @` in tag values, and no comma
 * (docs/facts.md#tags-of-rds).
 */
export const tagKeys = {
  stack: 'restore-drill:stack',
  drill: 'restore-drill:drill',
  lease: 'restore-drill:lease',
} as const;

/** Tag of a restored database that was handed over: the drill that made it. Never swept, never deleted by us. */
export const handedOverTag = 'restore-drill:handed-over';

/** Container of the restore task definition whose environment the machine overrides. */
export const restoreContainerName = 'restore';
/** Containers of a hook's task definition: ours, which leaves the credentials, and the user's. */
export const hookContainerNames = { credentials: 'credentials', hook: 'hook' } as const;

/** The hooks of a database. */
export type HookName = 'migrate' | 'smokeTest';

/** Task definition family of a hook: made by the stack, and named again by the code that runs it. */
export const hookTaskFamily = (stackName: string, database: string, hook: HookName): string =>
  `${stackName}-hook-${database}-${hook === 'migrate' ? 'migrate' : 'smoke-test'}`;

/** Root directory of a server inside the restore task: containers/restore/Dockerfile makes it. */
export const serversRoot = '/pg';
/** Where such a server keeps everything: a volume of the task, below that root. */
export const serverFolder = '/pg/data';

/** Where both containers of a hook's task find the shared volume: credentials are written there, and read there. */
export const hookFolder = '/restore-drill';

/** Where a hook finds a server inside the restore task: our container beside it listens there, and tunnels to that task. */
export const hookLoopback = { host: '127.0.0.1', port: 5432 } as const;
/** Port of a restore task with a server inside, at which the task of its hook – and nobody else – is answered. */
export const tunnelPort = 15432;

/** Database role of the RDS master (docs/facts.md#the-name-of-the-master). */
export const masterRole = 'drill_master';

/** Prefix of all evidence in the bucket; the rights of every role end at it. */
export const evidencePrefix = 'drills/';
/** Where the pages of all drills lie in the same bucket, where `aws.site` asks for them. */
export const sitePrefix = 'site/';

/** Region's CA bundle inside Lambda bundles (beside the code) and the image. */
export const caBundleFileName = 'rds-global-bundle.pem';
/** The parsed drills.yaml beside the code of every Lambda. */
export const configFileName = 'drills.json';

/** `source` of the events on the bus. */
export const drillEventSource = 'restore-drill';
