import * as z from 'zod';
import type { DrillRecord } from '../drill-record.ts';
import { reportFiles } from '../report/report-files.ts';

/** What the statement says of its subjects; the version is in the address. */
export const drillPredicateType = 'https://github.com/restore-drill/restore-drill/evidence/drill/v1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * An in-toto statement, version 1 (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md), of one drill. Its
 * subjects are the files that lie beside it, record.json first.
 */
export const drillStatement = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256 }) })).min(1),
  predicateType: z.literal(drillPredicateType),
  predicate: z.object({
    drillId: z.string(),
    database: z.string(),
    verdict: z.enum(['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY']),
    startedAt: z.string(),
    endedAt: z.string(),
    previous: z.object({ drillId: z.string(), sha256 }).nullable(),
    software: z.object({ name: z.literal('restore-drill'), version: z.string(), commit: z.string() }),
  }),
});

export type DrillStatement = z.output<typeof drillStatement>;

/** @param digests SHA-256 of each report by its file name, in hexadecimal */
export function statementOf(record: DrillRecord, digests: Record<string, string>): DrillStatement {
  const names = [reportFiles.record, ...Object.keys(digests).filter((name) => name !== reportFiles.record)];
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: names.map((name) => ({ name, digest: { sha256: digests[name] ?? '' } })),
    predicateType: drillPredicateType,
    predicate: {
      drillId: record.drillId,
      database: record.database,
      verdict: record.verdict,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      previous: record.previous ?? null,
      software: {
        name: 'restore-drill',
        version: record.software.version,
        commit: record.software.commit ?? 'unknown',
      },
    },
  };
}
