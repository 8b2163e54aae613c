import { Aws, CfnMapping, type Stack } from 'aws-cdk-lib';
import { consoleDomains } from '../../contract/console-hosts.ts';

/** Address of the console of wherever the stack is deployed, without a path: CloudFormation chooses by partition. */
export function consoleOriginOf(stack: Stack): string {
  const id = 'ConsoleDomains';
  const mapping =
    (stack.node.tryFindChild(id) as CfnMapping | undefined) ??
    new CfnMapping(stack, id, {
      mapping: Object.fromEntries(
        Object.entries(consoleDomains).map(([partition, domain]) => [partition, { domain }]),
      ),
    });
  return `https://${stack.region}.${mapping.findInMap(Aws.PARTITION, 'domain')}`;
}
