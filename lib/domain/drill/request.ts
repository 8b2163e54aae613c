import * as z from 'zod';
import { choosableKinds } from '../config/choosable-kinds.ts';
import { type Finding, finding } from '../findings/findings.ts';
import { isGivenMoment, momentExamples, momentGiven } from '../time/given-moment.ts';
import type { DrillRequest } from './drill-state.ts';

/** S3: a key has at most 1,024 bytes. */
const longestKey = 1024;
/** An input may have 256 KiB: what is repeated of it must fit into a state, a Cause and a message many times over. */
const longestProblem = 500;
const mostProblems = 10;

/**
 * What may be typed into "Start execution" or passed by a schedule. Everything is optional: `{}` drills the only
 * configured database.
 */
const typedRequest = z.strictObject({
  mode: z.enum(['drill', 'restore']).default('drill'),
  database: z.string().min(1).optional(),
  /** Exactly this dump. */
  dump: z.string().min(1).max(longestKey).optional(),
  /** The newest dump not after this moment, or not after the end of this day in the source's timezone. */
  at: z
    .string()
    .refine(isGivenMoment, { error: ({ input }) => `"${String(input)}" is not ${momentExamples}` })
    .optional(),
  /** Mode `restore` only: the database's name again. */
  confirm: z.string().optional(),
  /** Mode `drill` only: in this kind of sandbox and not in that of drills.yaml. */
  sandbox: z.enum(choosableKinds).optional(),
  operator: z.string().min(1).max(200).optional(),
  /** A restore job of AWS Backup that is told what came of the drill (docs/facts.md#what-aws-backup-is-told). */
  restoreJobId: z
    .string()
    .regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, {
      error: 'this is not the id of a restore job, e.g. 1B234A56-789B-01CD-2A34-4567A08901FD',
    })
    .optional(),
});

type NormalisedRequest =
  | { accepted: true; database: string; request: DrillRequest }
  | { accepted: false; database: string | null; findings: Finding[] };

/**
 * Turns any JSON a person typed into a full request or a clear refusal. `databases` are the configured ones; `now`
 * bounds `at`; `realRestore` says whether there is anything here that could keep a restored database, `backupValidation` whether
 * AWS Backup can be told of a drill.
 */
export function normaliseRequest(
  input: unknown,
  facts: {
    databases: string[];
    /** IANA name of a configured database's source. */
    timezoneOf: (database: string) => string;
    now: Date;
    defaultOperator: string;
    realRestore: boolean;
    backupValidation: boolean;
  },
): NormalisedRequest {
  const parsed = typedRequest.safeParse(input ?? {});
  if (!parsed.success) {
    const messages = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`,
    );
    return refuse(null, messages);
  }
  const { mode, dump: dumpKey, at, confirm, operator, sandbox, restoreJobId } = parsed.data;
  const database = parsed.data.database ?? (facts.databases.length === 1 ? facts.databases[0] : undefined);
  const problems: string[] = [];
  if (database === undefined) problems.push(`database: name one of ${facts.databases.join(', ')}`);
  else if (!facts.databases.includes(database))
    problems.push(`database: "${database}" is not configured; configured are ${facts.databases.join(', ')}`);
  if (mode === 'restore' && facts.realRestore && confirm !== database)
    problems.push(`confirm: must repeat the database's name ("${database ?? ''}") for a real restore`);
  // Whoever confirms means a real restore: a drill in its place would be found out an hour later.
  if (mode === 'drill' && confirm !== undefined)
    problems.push('confirm: belongs to a real restore; add "mode": "restore", or leave it out for a drill');
  if (mode === 'restore' && sandbox === 'task')
    problems.push('sandbox: a real restore always ends in RDS; leave it out');
  if (mode === 'restore' && !facts.realRestore)
    problems.push(
      'mode: a real restore needs the deployed stack; on one machine a sandbox is always thrown away',
    );
  if (restoreJobId !== undefined && mode === 'restore')
    problems.push('restoreJobId: a real restore validates nothing for AWS Backup; leave it out');
  // A job that waits for an answer which never comes would be found out when its window ends.
  else if (restoreJobId !== undefined && !facts.backupValidation)
    problems.push(
      'restoreJobId: AWS Backup is told of drills by a stack whose drills.yaml has "aws: { backupValidation: true }"; set it and deploy, or leave the id out',
    );
  // A name that is not configured is nobody's: it must not become a key of the ledger.
  const configured = database !== undefined && facts.databases.includes(database) ? database : null;
  const timezone = configured === null ? 'UTC' : facts.timezoneOf(configured);
  const moment = at === undefined ? null : momentGiven(at, timezone, facts.now.toISOString());
  if (moment !== null && Date.parse(moment) > facts.now.getTime())
    problems.push(`at: ${at} lies in the future`);
  if (problems.length > 0 || database === undefined) return refuse(configured, problems);
  return {
    accepted: true,
    database,
    request: {
      mode,
      operator: operator ?? facts.defaultOperator,
      key: dumpKey ?? null,
      at: moment,
      ...(sandbox === undefined ? {} : { sandbox }),
      ...(restoreJobId === undefined ? {} : { restoreJobId }),
    },
  };
}

function refuse(database: string | null, problems: string[]): NormalisedRequest {
  return {
    accepted: false,
    database,
    findings: problems
      .slice(0, mostProblems)
      .map((problem) =>
        finding(
          'REQUEST_INVALID',
          problem.length > longestProblem ? `${problem.slice(0, longestProblem)}…` : problem,
        ),
      ),
  };
}
