import * as z from 'zod';

const at = z.iso.datetime().meta({ description: 'When it was told, in UTC.' });
const step = z.string().meta({ description: 'A step of the state machine; it may come more than once.' });

/** How far a restore is. */
export const restoreFigures = z.strictObject({
  phase: z.string().meta({ description: 'What the restore is doing, e.g. `data`, `replay`.' }),
  bytesDone: z.number().nonnegative(),
  bytesTotal: z.number().nonnegative().nullable().meta({ description: 'null: not known.' }),
  percent: z.int().min(0).max(100).nullable(),
  bytesPerSecond: z
    .number()
    .nonnegative()
    .nullable()
    .meta({ description: 'Of the last 15 s; null: too early to say.' }),
  secondsLeft: z.number().nonnegative().nullable(),
  rows: z.number().nonnegative(),
  object: z.string().nullable().meta({ description: 'What is being loaded or built.' }),
});
export type RestoreFigures = z.infer<typeof restoreFigures>;

/** A line of `--progress json`. */
export const progressEvent = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('step-began'), at, step, detail: z.string().nullable() }),
  z.strictObject({
    event: z.literal('progress'),
    at,
    step,
    text: z.string().meta({ description: 'As a person reads it.' }),
    restore: restoreFigures.nullable().meta({ description: 'In a restore; null in other steps.' }),
  }),
  z.strictObject({
    event: z.literal('step-ended'),
    at,
    step,
    seconds: z.number().nonnegative(),
    failed: z.boolean(),
    detail: z.string().nullable(),
  }),
  z.strictObject({ event: z.literal('note'), at, text: z.string() }),
  z.strictObject({
    event: z.literal('verdict'),
    at,
    drillId: z.string(),
    database: z.string(),
    verdict: z.enum(['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY']),
    reason: z.string(),
    report: z.string().meta({ description: 'Path of the report for people.' }),
  }),
]);
export type ProgressEvent = z.infer<typeof progressEvent>;
