import { describe, expect, test } from 'vitest';
import { recordLine, renderJson } from '../../../../lib/domain/record/report/json.ts';
import { recordSchema } from '../../../../lib/domain/record/report/record-schema.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../../../support/records.ts';

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('the record as JSON', () => {
  test('has its keys in one order whatever order they were made in', () => {
    const record = aFailedRecord();
    const shuffled = recordSchema.parse(reversed(record));
    expect(renderJson({ ...shuffled })).toBe(renderJson(record));
    expect(Object.keys(JSON.parse(renderJson(record))).slice(0, 5)).toEqual([
      'schemaVersion',
      'drillId',
      'database',
      'mode',
      'verdict',
    ]);
  });

  test.each([aRecord(), aFailedRecord(), anUnverifiedRecord(), aHostileRecord()])(
    'loses nothing (%#)',
    (record) => {
      const wellFormed = JSON.parse(JSON.stringify(record));
      expect(JSON.parse(renderJson(record))).toEqual(wellFormed);
      expect(recordSchema.parse(JSON.parse(recordLine(record)))).toEqual(wellFormed);
    },
  );

  test('keeps what a newer release added, after all else', () => {
    const record = { ...aRecord(), added: 1 };
    expect(Object.keys(JSON.parse(renderJson(record))).at(-1)).toBe('added');
  });

  test('is one line for the ledger', () => {
    expect(recordLine(aHostileRecord())).not.toContain('\n');
  });
});

describe('the schema of the record', () => {
  test('takes finding codes of other releases', () => {
    const record = JSON.parse(renderJson(aFailedRecord()).replaceAll('FK_ORPHANS', 'A_NEWER_CODE'));
    expect(recordSchema.safeParse(record).success).toBe(true);
  });

  test('takes records of the engine that is gone, and of no other', () => {
    const by = (engine: string) =>
      recordSchema.safeParse({ ...aRecord(), restore: { ...aRecord().restore, engine } });
    expect(by('tools').success).toBe(true);
    expect(by('psql').success).toBe(false);
  });

  test('refuses another schema version and a verdict that does not exist', () => {
    expect(recordSchema.safeParse({ ...aRecord(), schemaVersion: 2 }).success).toBe(false);
    expect(recordSchema.safeParse({ ...aRecord(), verdict: 'PASSED' }).success).toBe(false);
  });
});
