import { DescribeAccountAttributesCommand, type RDSClient } from '@aws-sdk/client-rds';
import { type Finding, finding } from '../../../domain/findings/findings.ts';

/** Quotas that one more instance of this size would break (docs/facts.md#quotas-of-rds). */
export async function exceededQuotas(client: RDSClient, storageGib: number): Promise<Finding[]> {
  const { AccountQuotas = [] } = await client.send(new DescribeAccountAttributesCommand({}));
  const needed: Readonly<Record<string, { amount: number; unit: string }>> = {
    DBInstances: { amount: 1, unit: 'instances' },
    AllocatedStorage: { amount: storageGib, unit: 'GiB' },
  };
  return AccountQuotas.flatMap(({ AccountQuotaName: name = '', Used, Max }) => {
    const more = needed[name];
    if (more === undefined || Used === undefined || Max === undefined || Used + more.amount <= Max) return [];
    const message = `the RDS quota ${name} leaves no room: ${Used} of ${Max} ${more.unit} are used, ${more.amount} more are needed`;
    return [finding('QUOTA_EXCEEDED', message)];
  });
}
