import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';

/** "Fargate On-Demand vCPU resource count" (docs/facts.md#quotas-of-fargate). */
const fargateVcpuQuota = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };

/**
 * vCPUs that the tasks of the account and region may have together; how many are in use is not part of it.
 * @throws an error of the SDK, e.g. AccessDeniedException, or NoSuchResourceException where the quota is not known
 */
export async function fargateVcpus(client: ServiceQuotasClient): Promise<number | null> {
  const { Quota } = await client.send(new GetServiceQuotaCommand(fargateVcpuQuota));
  return Quota?.Value ?? null;
}
