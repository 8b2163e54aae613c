import * as z from 'zod';
import type { DriftTolerance } from '../checks/asking/check.ts';

const modes = ['warn', 'error', 'off'] as const;
const notAShare = 'a share of the rows such as 50%, at most 100%';

const share = z
  .string({ error: notAShare })
  .regex(/^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/, notAShare)
  .transform((written) => Number(written.slice(0, -1)) / 100);

const defaultMaxDropShare = 0.5;

/** `drift:` of a database: a word, or the word with tolerances. */
export const drift = z
  .union(
    [
      z.enum(modes),
      z.strictObject({
        mode: z.enum(modes).optional(),
        maxDrop: share
          .optional()
          .meta({ description: 'Share of its rows that a table may lose. Default 50%.' }),
        tables: z
          .record(z.string().regex(/^[^.]+\..+$/, 'write schema.table'), share)
          .optional()
          .meta({
            description: 'The same for single tables (`schema.table`); `100%` allows one to be emptied.',
          }),
      }),
    ],
    { error: 'drift is warn, error or off, or an object with mode, maxDrop and tables' },
  )
  .transform((written): DriftTolerance => {
    const { mode, maxDrop, tables } = typeof written === 'string' ? { mode: written } : { ...written };
    return {
      mode: mode ?? 'warn',
      maxDropShare: maxDrop ?? defaultMaxDropShare,
      tables: tables ?? {},
    };
  });
