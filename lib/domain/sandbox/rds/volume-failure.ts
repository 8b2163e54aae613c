/** What ECS or EC2 says of a volume that was not made or not attached, and what mends it. */
const hints: { says: RegExp; hint: string }[] = [
  {
    says: /VolumeLimitExceeded|MaxIOPSLimitExceeded|quota|limit exceeded/i,
    hint: 'Ask for more of the quota "Storage for General Purpose SSD (gp3) volumes, in TiB" (L-7A658B76 of Amazon EBS), or set `sandbox.storage` when the estimate is too large.',
  },
  {
    says: /KMS|CMK|encrypt|IdempotentParameterMismatch/i,
    hint: "The account's default key for EBS is one of your own: its policy must let the stack's role for volumes use it (kms:CreateGrant, kms:GenerateDataKeyWithoutPlaintext, kms:Decrypt, kms:DescribeKey), or the default key be AWS's own again.",
  },
  {
    says: /unable to assume|not authorized|UnauthorizedOperation|AccessDenied|explicit deny|PassRole/i,
    hint: 'Deploy the stack again: it makes the role with which ECS makes volumes. If it is complete, a service control policy or a tag policy refuses ec2:CreateVolume, ec2:CreateTags or ec2:AttachVolume to it.',
  },
  {
    says: /Unsupported|not supported|InvalidZone|UnknownVolumeType|Availability Zone/i,
    hint: 'The zone of the task has no gp3 for Fargate: name others in `aws.availabilityZones` (or subnets in other zones, in a network of your own) and deploy again.',
  },
  {
    says: /timed out|did not start/i,
    hint: 'Start the drill again. If it happens again, the attachment of the stopped task in the ECS console says how far it came.',
  },
];

const otherHint =
  'The stopped task in the ECS console shows its attachment. `sandbox.kind: rds` needs no volume, and neither does a cluster of at most 196 GiB.';

/** What mends a task that did not start with its volume. @param reason in ECS's words */
export const volumeHint = (reason: string): string =>
  hints.find(({ says }) => says.test(reason))?.hint ?? otherHint;

/** Whether asking again may help: there is no room for the task at the moment. */
export const isShortOfCapacity = (reason: string): boolean => /capacity/i.test(reason);
