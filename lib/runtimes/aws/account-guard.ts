import type { AwsConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';

/**
 * Refuses to begin a drill in an account or region that drills.yaml does not allow: the last guard against a stack that
 * was deployed to the wrong place. An empty list allows what was deployed to.
 *
 * @param stateMachineArn e.g. `arn:aws:states:eu-west-1:123456789012:stateMachine:restore-drill`
 * @throws DrillError CONFIG_INVALID
 */
export function guardAccount(aws: AwsConfig | null, stateMachineArn: string): void {
  if (aws === null) return;
  const [, , , region = '', account = ''] = stateMachineArn.split(':');
  const problems = [
    ...(aws.accounts.length > 0 && !aws.accounts.includes(account)
      ? [`account ${account} is not among aws.accounts (${aws.accounts.join(', ')})`]
      : []),
    ...(aws.regions.length > 0 && !aws.regions.includes(region)
      ? [`region ${region} is not among aws.regions (${aws.regions.join(', ')})`]
      : []),
  ];
  if (problems.length === 0) return;
  throw new DrillError('CONFIG_INVALID', problems.join('; '), {
    hint: 'Remove this stack, or allow the account and region in drills.yaml and deploy again.',
  });
}
