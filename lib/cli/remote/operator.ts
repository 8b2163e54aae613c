import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** Who the credentials belong to, for the record: an IAM principal, as CloudTrail names it. No right is needed to ask. */
export async function callerArn(client: STSClient): Promise<string> {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  return Arn ?? 'unknown';
}
