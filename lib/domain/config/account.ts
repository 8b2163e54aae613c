import * as z from 'zod';
import { matching } from './field-types.ts';

const subnets = z.array(matching(/^subnet-[0-9a-f]+$/, 'a subnet id', 'write e.g. subnet-0a1b2c3d')).min(2);

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
      .meta({ description: 'Name of the CloudFormation stack. Default restore-drill.' }),
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
          .array(z.string())
          .min(2)
          .meta({ description: 'Zones of the sandbox subnets, in the same order.' }),
      })
      .optional()
      .meta({
        description:
          'An existing VPC (strict mode): nothing gets a public address. Default: a VPC of its own without NAT and interface endpoints.',
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
    approvers: written.approvers ?? [],
  }));

export type AwsConfig = z.output<typeof awsSchema>;
