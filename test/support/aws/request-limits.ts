/**
 * What AWS refuses beyond the shape of a request: enumerations, lengths and rules between members, for the members that
 * we send. The SDK's runtime schemas hold none of these; the numbers are those of the service models and of docs/facts.md.
 * Sizes are bytes of UTF-8 unless said otherwise.
 */
import { backupRules } from './limits/backup-rules.ts';
import { dynamoRules } from './limits/dynamo-rules.ts';
import { ecsRules } from './limits/ecs-rules.ts';
import { rdsRules } from './limits/rds-rules.ts';
import type { Rule } from './limits/rules.ts';
import { s3Rules } from './limits/s3-rules.ts';
import { securityHubRules } from './limits/security-hub-rules.ts';
import { snsRules } from './limits/sns-rules.ts';
import { statesRules } from './limits/states-rules.ts';

/** Rules by service, as `scripted` names it. */
const rulesOf: Record<string, Rule[]> = {
  RDS: rdsRules,
  ECS: ecsRules,
  S3: s3Rules,
  DynamoDB: dynamoRules,
  SNS: snsRules,
  SFN: statesRules,
  SecurityHub: securityHubRules,
  Backup: backupRules,
};

/** Problems of a request, each with the path of the member; empty when AWS would take it. */
export function problemsOfLimits(service: string, command: string, input: Record<string, unknown>): string[] {
  return (rulesOf[service] ?? [])
    .filter(({ commands }) => commands === 'all' || commands.includes(command))
    .flatMap((rule) => rule.problems(input).map((problem) => `${command}.${problem}`));
}
