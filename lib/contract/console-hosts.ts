/** Partition → domain of its console; each region has its host below it. */
export const consoleDomains = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
} as const;

/** Address of a region's console, without a path, by the partition of an ARN of that region. */
export function consoleOrigin(arn: string): string {
  const [, partition = '', , region = ''] = arn.split(':');
  const domain = Object.hasOwn(consoleDomains, partition)
    ? consoleDomains[partition as keyof typeof consoleDomains]
    : consoleDomains.aws;
  return `https://${region}.${domain}`;
}
