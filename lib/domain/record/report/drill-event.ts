import * as z from 'zod';
import { shortened } from '../../text/shortened.ts';
import { secondsBetween } from '../../time/spans.ts';
import type { DrillRecord } from '../drill-record.ts';
import { bySeverity } from './wording.ts';

/** What kind of event a sealed drill is: `type` of a webhook's body. */
export const drillSealedType = 'Drill Sealed';

/** Further findings stand in the record: an event is small everywhere (256 KB at most, docs/notifications.md). */
const mostFindings = 50;
const longestText = 600;

const moment = z.string().meta({ format: 'date-time' });
const seconds = z.number().nullable();
const objective = z.object({
  targetSeconds: seconds.meta({ description: 'What was promised; null: nothing.' }),
  actualSeconds: seconds.meta({ description: 'What was measured; null: nothing could be.' }),
});

/** A sealed drill as other programs hear of it. Holds names, counts, moments and hashes; no row value of the user's data. */
export const drillEventSchema = z
  .object({
    schemaVersion: z.literal(1),
    drillId: z.string(),
    database: z.string(),
    mode: z.enum(['drill', 'restore']),
    verdict: z.enum(['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY']),
    startedAt: moment,
    endedAt: moment,
    backup: z
      .object({
        key: z.string().meta({ description: 'Name of the dump or base backup in its store.' }),
        consistencyPoint: moment.nullable().meta({ description: 'The moment whose state it holds.' }),
        ageSeconds: seconds.meta({ description: 'From that moment to the drill; null: not known.' }),
      })
      .nullable()
      .meta({ description: 'What was drilled; null: nothing was found to drill.' }),
    rto: objective.meta({ description: 'From the decision to a proven database.' }),
    rpo: objective.meta({ description: 'What would have been lost.' }),
    findings: z
      .array(
        z.object({
          code: z.string().meta({ description: 'See docs/findings.md.' }),
          severity: z.enum(['error', 'unverified', 'warning', 'info']),
          message: z.string(),
          hint: z.string().meta({ description: 'What to do next.' }),
        }),
      )
      .max(mostFindings)
      .meta({ description: `The gravest first, ${mostFindings} at most.` }),
    findingCount: z.int().nonnegative().meta({ description: 'Of all findings in the record.' }),
    recordSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .meta({ description: 'SHA-256 of record.json among the reports of the drill.' }),
  })
  .meta({
    title: 'restore-drill: Drill Sealed',
    description: 'A drill or a restore ended and its record is sealed.',
  });

export type DrillEvent = z.output<typeof drillEventSchema>;

/**
 * What other programs are told of a sealed drill.
 *
 * @param recordSha256 of the record as it lies among the reports, in hexadecimal
 */
export function drillEvent(record: DrillRecord, recordSha256: string): DrillEvent {
  const { dump, rpo, rto } = record;
  return {
    schemaVersion: 1,
    drillId: record.drillId,
    database: record.database,
    mode: record.mode,
    verdict: record.verdict,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    backup:
      dump === null
        ? null
        : { key: dump.key, consistencyPoint: rpo.dumpPoint, ageSeconds: backupAgeSeconds(record) },
    rto: { targetSeconds: rto.targetSeconds, actualSeconds: rto.actualSeconds },
    rpo: { targetSeconds: rpo.targetSeconds, actualSeconds: rpo.actualSeconds },
    findings: bySeverity(record.findings)
      .slice(0, mostFindings)
      .map(({ code, severity, message, hint }) => ({
        code,
        severity,
        message: shortened(message, longestText),
        hint: shortened(hint, longestText),
      })),
    findingCount: record.findings.length,
    recordSha256,
  };
}

/**
 * How old the state was that the backup holds, when it was drilled; null when the backup does not say. Not from the moment that ages
 * are measured from: of a dump that was asked for by name it is the dump's own, and every backup would be new.
 */
export const backupAgeSeconds = ({
  startedAt,
  rpo,
}: Pick<DrillRecord, 'startedAt' | 'rpo'>): number | null =>
  rpo.dumpPoint === null ? null : secondsBetween(rpo.dumpPoint, startedAt);

/** JSON Schema of the event, for who receives it: docs/drill-event.schema.json. */
export const renderDrillEventSchema = (): object => z.toJSONSchema(drillEventSchema, { target: 'draft-7' });
