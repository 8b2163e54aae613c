import * as z from 'zod';
import { byteSize, duration, flag, matching } from './field-types.ts';

/** `production:` of a database: the instance that a real restore leaves. */
export const production = z
  .strictObject({
    instanceClass: matching(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, 'an RDS instance class', 'write e.g. db.m7g.large')
      .optional()
      .meta({ description: 'Class of the kept instance; default: that of a sandbox for the dump.' }),
    storage: byteSize().optional().meta({ description: 'Disk of the kept instance, e.g. `200GiB`.' }),
    multiAz: flag('A standby in another zone. Default true.').optional(),
    backupRetentionDays: z.int().min(1).max(35).optional().meta({
      description:
        'Days of automated backups, 1 to 35. Default 7. Set at creation: turning them on later is an outage.',
    }),
    parameterGroup: z.string().min(1).optional().meta({
      description: 'Parameter group of the kept instance. Default: the default group of its major version.',
    }),
    securityGroups: z
      .array(matching(/^sg-[0-9a-f]+$/, 'a security group id', 'write e.g. sg-0a1b2c3d'))
      .optional()
      .meta({
        description:
          'Security groups added when it is handed over; they must be of the VPC of `aws.network`, which has to be given.',
      }),
    subnetGroup: matching(
      /^[a-z][a-z0-9-]{0,254}$/,
      'the name of a DB subnet group',
      'write it in lower case, as RDS shows it',
    )
      .optional()
      .meta({
        description:
          'DB subnet group of the kept instance, in the VPC of `aws.network`, which has to be given. Default: that of the sandboxes. Set at creation: RDS moves no instance within a VPC.',
      }),
    kmsKeyId: matching(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/(mrk-)?[0-9a-f-]+$/,
      'the ARN of a KMS key',
      'write e.g. arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    )
      .optional()
      .meta({
        description:
          'Key that encrypts the kept instance. Default: aws/rds of the account. Set at creation: RDS changes no key.',
      }),
    extendedSupport: flag(
      'Let RDS charge extra for a major past its standard support, instead of refusing or upgrading it. Default false.',
    ).optional(),
    rehearsal: z.enum(['warning', 'error', 'off']).optional().meta({
      description:
        'Every drill looks whether a real restore could be made as it says here. What it finds is a warning, or with `error` makes the drill NOT_PROVEN, so that its alarm rings. Default warning.',
    }),
    approval: z.enum(['required', 'waived']).optional().meta({
      description: 'Whether a person must approve before the restored database is kept. Default required.',
    }),
    approvalTimeout: duration(300, 24 * 3600)
      .optional()
      .meta({
        description:
          'How long an approval is waited for; then the restored database is torn down. Default 12h, at most 24h.',
      }),
  })
  .transform((written) => ({
    instanceClass: written.instanceClass ?? null,
    storageBytes: written.storage ?? null,
    multiAz: written.multiAz ?? true,
    backupRetentionDays: written.backupRetentionDays ?? 7,
    parameterGroup: written.parameterGroup ?? null,
    securityGroups: written.securityGroups ?? [],
    subnetGroup: written.subnetGroup ?? null,
    kmsKeyId: written.kmsKeyId ?? null,
    extendedSupport: written.extendedSupport ?? false,
    rehearsal: written.rehearsal ?? ('warning' as const),
    approval: written.approval ?? ('required' as const),
    approvalTimeoutSeconds: written.approvalTimeout ?? 12 * 3600,
  }));

/** What the kept instance shall be. Sizes in bytes, null: not given. */
export type ProductionConfig = z.output<typeof production>;
