import * as z from 'zod';
import { parseCron } from '../time/cron.ts';
import { choosableKinds } from './choosable-kinds.ts';
import { duration, timezone, withHint } from './field-types.ts';

/** Words for the usual ones, at an hour at which nightly backups are there. */
const cronOfWord: Readonly<Record<string, string>> = {
  daily: '0 3 * * ? *',
  weekly: '0 3 ? * SUN *',
  monthly: '0 3 1 * ? *',
};

const writtenFields = {
  cron: z
    .string()
    .transform((text, refused) => {
      const parsed = parseCron(cronOfWord[text] ?? text);
      // The configuration travels to every function as JSON, so the expression does and not what it was parsed to.
      if ('cron' in parsed) return parsed.cron.expression;
      for (const { problem, hint } of parsed.problems)
        refused.addIssue({ code: 'custom', message: withHint(`"${text}": ${problem}`, hint) });
      return z.NEVER;
    })
    .meta({
      description:
        'EventBridge cron: minutes hours day-of-month month day-of-week year, e.g. `0 3 1 * ? *` for 03:00 on the first of each month; or `daily`, `weekly`, `monthly` (03:00, Sundays, the first).',
    }),
  timezone: timezone().optional().meta({ description: 'IANA timezone of the schedule. Default UTC.' }),
  grace: duration()
    .optional()
    .meta({ description: 'How late a drill may be before the alarm for missing drills. Default 1d.' }),
  interval: duration()
    .optional()
    .meta({ description: 'Longest expected time between two drills, for the alarm for missing drills.' }),
  sandbox: z
    .enum(choosableKinds)
    .optional()
    .meta({ description: 'Kind of sandbox of these drills. Default: that of `sandbox.kind`.' }),
};

const one = z.strictObject({ ...writtenFields, cron: writtenFields.cron.optional() });

/** Schedule as it may stand in the file: `defaults` may give everything but the cron. */
export const writtenSchedule = z.union([one, z.array(z.strictObject(writtenFields)).min(1)]).meta({
  description:
    'When unattended drills run (AWS): one schedule, or a list, e.g. daily in the task and monthly in RDS.',
});

const given = z.strictObject(writtenFields).transform((schedule) => ({
  cron: schedule.cron,
  timezone: schedule.timezone ?? 'UTC',
  graceSeconds: schedule.grace ?? 86_400,
  intervalSeconds: schedule.interval ?? null,
  sandbox: schedule.sandbox ?? null,
}));

export const scheduleSchema = z.union([given.transform((schedule) => [schedule]), z.array(given).min(1)]);

export type ScheduleConfig = z.output<typeof given>;
