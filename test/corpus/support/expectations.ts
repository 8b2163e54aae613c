import { expect } from 'vitest';
import type { FindingCode } from '../../../lib/domain/findings/findings.ts';
import type { Verdict } from '../../../lib/domain/findings/verdict.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import type { Corpus, DumpContent } from './corpus.ts';

/** A good dump: PROVEN, and nothing in the record speaks of an error or of something unverified. */
export async function expectProven(corpus: Corpus, name: string, content: DumpContent): Promise<DrillRecord> {
  const record = await corpus.drill(name, content);
  const grave = record.findings.filter(({ severity }) => severity === 'error' || severity === 'unverified');
  expect({ verdict: record.verdict, grave }).toEqual({ verdict: 'PROVEN', grave: [] });
  return record;
}

/** A bad dump: the verdict, and a finding of its own that explains it. */
export async function expectOutcome(
  corpus: Corpus,
  name: string,
  content: DumpContent,
  expected: { verdict: Exclude<Verdict, 'PROVEN'>; code: FindingCode },
): Promise<DrillRecord> {
  const record = await corpus.drill(name, content);
  const severity = expected.verdict === 'NOT_PROVEN' ? 'error' : 'unverified';
  const grave = record.findings.filter((finding) => finding.severity === severity);
  expect(
    { verdict: record.verdict, codes: grave.map(({ code }) => code) },
    JSON.stringify(record.findings, null, 1),
  ).toEqual({ verdict: expected.verdict, codes: expect.arrayContaining([expected.code]) });
  for (const { message, hint } of record.findings) {
    expect(message).not.toBe('');
    expect(hint).not.toBe('');
  }
  expect(record.teardown.confirmed).toBe(true);
  return record;
}
