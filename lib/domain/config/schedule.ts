import * as z from 'zod';
import { parseCron } from '../time/cron.ts';
import { duration, timezone, withHint } from './field-types.ts';

const writtenFields = {
  cron: z
    .string()
    .transform((text, refused) => {
      const parsed = parseCron(text);
      // The configuration travels to every function as JSON, so the expression does and not what it was parsed to.
      if ('cron' in parsed) return parsed.cron.expression;
      for (const { problem, hint } of parsed.problems)
        refused.addIssue({ code: 'custom', message: withHint(`"${text}": ${problem}`, hint) });
      return z.NEVER;
    })
    .meta({
      description:
        'EventBridge cron: minutes hours day-of-month month day-of-week year, e.g. `0 3 1 * ? *` for 03:00 on the first of each month.',
    }),
  timezone: timezone().optional().meta({ description: 'IANA timezone of the schedule. Default UTC.' }),
  grace: duration()
    .optional()
    .meta({ description: 'How late a drill may be before the alarm for missing drills. Default 1d.' }),
  interval: duration()
    .optional()
    .meta({ description: 'Longest expected time between two drills, for the alarm for missing drills.' }),
};

/** Schedule as it may stand in the file: `defaults` may give everything but the cron. */
export const writtenSchedule = z
  .strictObject({ ...writtenFields, cron: writtenFields.cron.optional() })
  .meta({ description: 'When unattended drills run (AWS).' });

export const scheduleSchema = z.strictObject(writtenFields).transform((schedule) => ({
  cron: schedule.cron,
  timezone: schedule.timezone ?? 'UTC',
  graceSeconds: schedule.grace ?? 86_400,
  intervalSeconds: schedule.interval ?? null,
}));

export type ScheduleConfig = z.output<typeof scheduleSchema>;
