import * as z from 'zod';
import type { RecoveryMarker } from '../recovery/recovery-marker.ts';
import { momentExamples, momentGiven } from '../time/given-moment.ts';
import { duration, show, withHint } from './field-types.ts';

/** Where a drill of a base backup recovers to, unless the request names a moment. */
export type RecoverTo = (
  | { kind: 'latest' }
  | { kind: 'immediate' }
  | { kind: 'before'; seconds: number }
  /** ISO 8601. */
  | { kind: 'at'; time: string }
  | { kind: 'lsn'; lsn: string }
  /** To the moment that a request names, else to the end of the archive. */
  | { kind: 'asked' }
) & { marker?: RecoveryMarker };

const markerValue = z
  .union([z.string().min(1), z.number()])
  .transform(String)
  .meta({ description: 'Compared with the column as text. It is shown nowhere.' });

const marker = z
  .strictObject({
    table: z
      .string()
      .min(1)
      .meta({ description: 'Table of the marker rows, as SQL names it, e.g. `drill_marker`.' }),
    column: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Column that tells the rows apart, as it is (not quoted). Default `id`.' }),
    database: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Database of the cluster. Default: the first one that holds tables.' }),
    before: markerValue,
    after: markerValue.optional(),
  })
  .meta({
    description:
      'Two rows written around the moment. Recovered to it, the row `before` must be there and the row `after` must not; recovered to the end of the archive, only `before` is asked. A request that names another moment than `at` or `before` of drills.yaml is not compared.',
  });

const moment = z
  .string()
  .refine((text) => momentGiven(text, 'UTC', null) !== null, {
    error: ({ input }) => withHint(`${show(input)} is not a moment`, `write ${momentExamples}`),
  })
  .meta({
    description: 'A moment with its offset, e.g. `2026-05-13T14:30:00Z`, or a day, which stands for its end.',
  });

/** `recoverTo` as it stands in drills.yaml. */
export const writtenRecoverTo = z
  .union([
    z.enum(['latest', 'immediate']),
    z.strictObject({
      before: duration().meta({ description: 'So long before the drill begins, e.g. `5m`.' }),
      marker: marker.optional(),
    }),
    z.strictObject({ at: moment, marker: marker.optional() }),
    z.strictObject({ marker }),
  ])
  .meta({
    description:
      'Where a drill recovers to: the end of the archive (`latest`, the default), the moment at which the base backup is consistent (`immediate`), a span before the drill (`before`), or a moment (`at`). `marker` proves by two rows that it was reached; alone, it goes with the moment that a request names.',
  });

export function recoverTo(written: z.output<typeof writtenRecoverTo> | undefined): RecoverTo {
  if (written === undefined) return { kind: 'latest' };
  if (typeof written === 'string') return { kind: written };
  const proof = written.marker === undefined ? {} : { marker: markerOf(written.marker) };
  if ('before' in written) return { kind: 'before', seconds: written.before, ...proof };
  if ('at' in written)
    return { kind: 'at', time: momentGiven(written.at, 'UTC', null) ?? written.at, ...proof };
  return { kind: 'asked', ...proof };
}

const markerOf = ({ table, column, database, before, after }: z.output<typeof marker>): RecoveryMarker => ({
  table,
  column: column ?? 'id',
  database: database ?? null,
  before,
  after: after ?? null,
});
