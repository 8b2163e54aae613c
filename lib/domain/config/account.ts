import { z } from 'zod';
import { matching } from './field-types.ts';

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
  })
  .meta({ description: 'The AWS deployment as a whole.' })
  .transform((written) => ({
    accounts: written.accounts ?? [],
    regions: written.regions ?? [],
    alarmEmail: written.alarmEmail ?? null,
    monthlyBudgetUsd: written.monthlyBudgetUsd ?? null,
  }));

export type AwsConfig = z.output<typeof awsSchema>;
