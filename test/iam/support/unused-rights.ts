import { evaluate, type Permission, sidOf } from './evaluate.ts';
import type { Role } from './role-policies.ts';

/** Rights that no recorded run uses, each with the reason why it is there all the same. */
const reasons: { action: RegExp; door: RegExp; reason: string }[] = [
  {
    action: /^s3:ListBucket$/,
    door: /./,
    reason: 'without it S3 answers 403 instead of 404 (docs/facts.md#an-object-that-is-not-there)',
  },
  {
    action: /^s3:(GetObject|PutObject)$|^kms:Decrypt$/,
    door: /./,
    reason: 'evidence is read and written by one statement; a state that only keeps its document reads none',
  },
  {
    action: /^s3:(GetObjectVersion|RestoreObject)$/,
    door: /^(select-dump|thaw-dump|try-older-dump)$/,
    reason: 'buckets with versions and archived dumps',
  },
  {
    action: /^dynamodb:(GetItem|PutItem|DeleteItem)$/,
    door: /^(normalise-request|seal-record|clean-up-after-abort|sweep)$/,
    reason:
      'a lock that is held or abandoned, a record that exists already, and whether a leftover was approved',
  },
  {
    action: /^(events:PutEvents|securityhub:BatchImportFindings)$/,
    door: /^normalise-request$/,
    reason: 'a drill that left no record of its own is sealed, and told of, by the next one',
  },
  {
    action: /^dynamodb:Query$/,
    door: /^(normalise-request|select-dump|plan-sandbox|prepare-restore|plan-checks|seal-record|clean-up-after-abort|sweep)$/,
    reason: 'reading of the ledger is one statement; what was spent in a month and trends need lists',
  },
  {
    action: /^(ssm:GetParameter|secretsmanager:GetSecretValue)$/,
    door: /^clean-up-after-abort$/,
    reason: 'it seals what was aborted, and tells of it as sealing does (test/lambdas/notify-doors.test.ts)',
  },
  {
    action: /^rds:(AddTagsToResource|DeleteDBInstance)$/,
    door: /^(provision-sandbox|tear-down-sandbox|confirm-gone|clean-up-after-abort|sweep)$/,
    reason:
      'RDS may refuse to delete an instance that is being created: its lease ends, and it is asked again',
  },
  {
    action: /^rds:Describe(Events|DBInstances)$/,
    door: /./,
    reason: 'an adopted instance, and what RDS said last of one that never came up',
  },
  {
    action: /^rds:Delete(DBParameterGroup|DBSnapshot)$/,
    door: /^sweep$/,
    reason: 'leftovers that a person made of a sandbox by hand',
  },
  {
    action: /^ecs:/,
    door: /^(judge|sweep|tear-down-sandbox|confirm-gone)$/,
    reason:
      'the diagnosis of a task that died, and the end of tasks that an ended drill left or that stop slowly',
  },
  {
    action: /^ecs:StopTask$/,
    door: /^restore-on-volume$/,
    reason: 'a task that nobody waits for any more, or that does not come up',
  },
  {
    action: /^states:(DescribeExecution|SendTaskHeartbeat)$/,
    door: /^(clean-up-after-abort|plan-sandbox|task)$/,
    reason: 'whether the drill behind a lock or a slot still runs; restores that take longer than a minute',
  },
  {
    action: /^sqs:/,
    door: /^(watch|sweep|clean-up-after-abort)$/,
    reason: 'Lambda sends an event that could not be handled to the dead letters; the CDK grants it so',
  },
];

/** An action that a statement of a role allows. */
export interface Right {
  door: string;
  action: string;
  statement: string;
}

/** Actions of allowing statements that no needed permission is allowed by: exact to the action within a statement. */
export async function unusedRights(door: string, role: Role, needed: Permission[]): Promise<Right[]> {
  const used = new Set<string>();
  for (const permission of needed) {
    const { allowedBy } = await evaluate(role, permission);
    for (const sid of allowedBy) used.add(`${sid} ${permission.action.toLowerCase()}`);
  }
  return role.policies.flatMap(({ name, policy }) =>
    policy.Statement.flatMap((statement, index) => {
      if (statement.Effect !== 'Allow') return [];
      return [statement.Action ?? []]
        .flat()
        .filter((action) => !used.has(`${sidOf(name, index)} ${action.toLowerCase()}`))
        .map((action) => ({ door, action, statement: statement.Sid ?? name }));
    }),
  );
}

const explains = ({ action, door }: (typeof reasons)[number], right: Right): boolean =>
  action.test(right.action) && door.test(right.door);

/** Rights that nothing uses and no reason names. */
export const withoutReason = (rights: Right[]): Right[] =>
  rights.filter((right) => !reasons.some((reason) => explains(reason, right)));

/** Reasons that no right needs any more. */
export const idleReasons = (rights: Right[]): string[] =>
  reasons.filter((reason) => !rights.some((right) => explains(reason, right))).map(({ reason }) => reason);
