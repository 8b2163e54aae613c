import * as z from 'zod';
import { flag, matching, show, withHint } from './field-types.ts';

const subnets = z.array(matching(/^subnet-[0-9a-f]+$/, 'a subnet id', 'write e.g. subnet-0a1b2c3d')).min(2);

const tagKey = /^(?!aws:|restore-drill:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu;
const tagKeyHint =
  'write at most 128 letters, digits, spaces and _ . : / = + - @, and begin with neither aws: nor restore-drill:';

/** Keys and values as every service in use takes them (docs/facts.md#tags-of-rds); AWS takes 50 for each thing. */
const tags = z
  .record(
    z.string(),
    matching(
      /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u,
      'the value of a tag',
      'write at most 256 letters, digits, spaces and _ . : / = + - @',
    ),
  )
  .superRefine((written, problems) => {
    const keys = Object.keys(written);
    for (const key of keys.filter((one) => !tagKey.test(one))) {
      const message = withHint(`${show(key)} is not the key of a tag`, tagKeyHint);
      problems.addIssue({ code: 'custom', path: [key], message });
    }
    if (keys.length > 40)
      problems.addIssue({ code: 'custom', message: 'AWS takes 50 tags: give at most 40' });
  });

/** `eu-west-1a`, also of a local zone: `us-west-2-lax-1a`. */
const zonePattern = /^[a-z]{2}(-[a-z]+)+-\d(-[a-z]+-\d)?[a-z]$/;

/** Settings of the AWS deployment as a whole; a local run reads none of them. */
export const awsSchema = z
  .strictObject({
    accounts: z
      .array(matching(/^\d{12}$/, 'an account id', 'write its twelve digits in quotes'))
      .min(1)
      .optional()
      .meta({ description: 'Accounts that drills may run in; default: the one deployed to.' }),
    regions: z
      .array(matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region', 'write e.g. eu-west-1'))
      .min(1)
      .optional()
      .meta({ description: 'Regions that drills may run in; default: the one deployed to.' }),
    alarmEmail: z
      .email({ error: 'this is not an e-mail address' })
      .optional()
      .meta({ description: 'Where alarms are sent.' }),
    monthlyBudgetUsd: z
      .number()
      .positive()
      .optional()
      .meta({ description: 'No drill starts when the estimate for the month exceeds this.' }),
    maxConcurrentDrills: z.int().min(1).max(100).optional().meta({
      description:
        'How many drills may have a sandbox and tasks at the same time; others wait, which counts into no RTO. A real restore never waits. Default 4.',
    }),
    stackName: matching(
      /^restore-drill(-[a-z0-9]+)*$/,
      'a stack name that begins with restore-drill',
      'write e.g. restore-drill or restore-drill-staging',
    )
      .optional()
      .meta({
        description:
          'Name of the CloudFormation stack, and what the names of everything in it begin with. Default restore-drill.',
      }),
    network: z
      .strictObject({
        vpcId: matching(/^vpc-[0-9a-f]+$/, 'a VPC id', 'write e.g. vpc-0a1b2c3d'),
        sandboxSubnets: subnets.meta({
          description:
            'Subnets for sandboxes and checks, in two zones at least. They need the S3 gateway endpoint (for the evidence bucket) and no other way out.',
        }),
        taskSubnets: subnets.meta({
          description:
            'Subnets of the restore task, with a route to S3, ECR, Logs, Secrets Manager, SSM, Step Functions and RDS.',
        }),
        availabilityZones: z
          .array(matching(zonePattern, 'an availability zone', 'write e.g. eu-west-1a'))
          .min(2)
          .meta({ description: 'Zones of the sandbox subnets, in the same order.' }),
      })
      .optional()
      .meta({
        description:
          'An existing VPC (strict mode): nothing gets a public address. Default: a VPC of its own without NAT and interface endpoints.',
      }),
    availabilityZones: z
      .array(matching(zonePattern, 'an availability zone', 'write e.g. eu-west-1a'))
      .min(2)
      .max(4)
      .refine((zones) => new Set(zones).size === zones.length, { error: 'a zone stands there twice' })
      .optional()
      .meta({
        description:
          'Zones of the VPC that the stack makes, two to four; other ones make another VPC. Default: the first two of the region, which need not offer every instance class.',
      }),
    tags: tags.optional().meta({
      description:
        'Tags for everything that is made, sandboxes and tasks of drills included, e.g. `{ CostCenter: "4711" }`.',
    }),
    kept: z
      .strictObject({
        ledgerTable: matching(/^[\w.-]{3,255}$/, 'the name of a table', 'see the output LedgerTable'),
        evidenceBucket: matching(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          'the name of a bucket',
          'see EvidenceBucket',
        ),
        key: matching(
          /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
          'the ARN of a key',
          'see the output EvidenceKey',
        ).optional(),
      })
      .optional()
      .meta({
        description:
          'Ledger, bucket and, where it had one, key that a destroyed stack left: this one goes on with them. Default: it makes its own.',
      }),
    approvers: z
      .array(
        matching(
          /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/.+$/,
          'an IAM role or user ARN',
          'arn:aws:iam::123456789012:role/on-call',
        ),
      )
      .optional()
      .meta({
        description: 'Who may answer approvals from the command line, beside those with rights of their own.',
      }),
    // Where there are none: docs/facts.md#where-functions-have-no-address
    approvalLinks: flag(
      'Whether a notification holds links that answer an approval. They lead to a public function URL, which some organisations and regions refuse. Default true.',
    ).optional(),
    databaseMetrics: z.boolean().optional().meta({
      description:
        'CloudWatch metrics of each database: verdict, RTO, RPO, phases, cost and ages. They cost some 0.30 USD a month each, at least 0.90 USD per database. Default false.',
    }),
    dashboard: z.boolean().optional().meta({
      description:
        'A CloudWatch dashboard over these metrics; needs databaseMetrics. 3 USD a month beyond the three free ones of 50 metrics. Default false.',
    }),
    objectLock: z
      .strictObject({
        years: z.int().min(1).max(10).meta({ description: 'For so many years, 1 to 10.' }),
      })
      .optional()
      .meta({
        description:
          'Nobody, the owner of the account included, can delete or change what drills write into the evidence bucket for so long (S3 Object Lock, compliance mode). Cannot be taken back for what is written. Default: versions are kept, and can be deleted by whoever has the right.',
      }),
    signing: z.boolean().optional().meta({
      description:
        'Signs the record and reports of each drill with a KMS key of the stack (ECC P-256; 1 USD a month, and 0.15 USD per 10,000 signatures). Default false.',
    }),
    securityHub: z.boolean().optional().meta({
      description:
        'Each drill that does not prove is a finding of Security Hub in this account and region, which the next proof takes back. Security Hub must be enabled there; it is paid for by finding beyond 10,000 a month. Default false.',
    }),
    backupValidation: z.boolean().optional().meta({
      description:
        'A drill whose request names a `restoreJobId` tells AWS Backup whether it proved the dump (PutRestoreValidationResult). Default false.',
    }),
    site: z.boolean().optional().meta({
      description:
        'Pages of all drills below `site/` of the evidence bucket, renewed at each end of a drill: an index, and a page of each database with a calendar of its proofs. Nobody but readers of the bucket sees them. Default false.',
    }),
    customerKey: z.boolean().optional().meta({
      description:
        'Encrypts evidence and topic with a KMS key of your own (1 USD a month) instead of the key of S3, and of none for the topic. Once true, leave it: older evidence cannot be read without the key. Default false.',
    }),
  })
  .refine(({ objectLock, kept }) => objectLock === undefined || kept === undefined, {
    path: ['objectLock'],
    error: withHint(
      'a bucket that a former stack left keeps the rules that it has',
      'set Object Lock on that bucket by hand, or leave out `kept`',
    ),
  })
  .meta({ description: 'The AWS deployment as a whole.' })
  .transform((written) => ({
    accounts: written.accounts ?? [],
    regions: written.regions ?? [],
    alarmEmail: written.alarmEmail ?? null,
    monthlyBudgetUsd: written.monthlyBudgetUsd ?? null,
    maxConcurrentDrills: written.maxConcurrentDrills ?? 4,
    stackName: written.stackName ?? 'restore-drill',
    network: written.network ?? null,
    availabilityZones: written.availabilityZones ?? null,
    tags: written.tags ?? {},
    kept: written.kept ?? null,
    approvers: written.approvers ?? [],
    approvalLinks: written.approvalLinks ?? true,
    databaseMetrics: written.databaseMetrics ?? false,
    dashboard: written.dashboard ?? false,
    site: written.site ?? false,
    customerKey: written.customerKey ?? false,
    objectLock: written.objectLock ?? null,
    signing: written.signing ?? false,
    securityHub: written.securityHub ?? false,
    backupValidation: written.backupValidation ?? false,
  }));

export type AwsConfig = z.output<typeof awsSchema>;
