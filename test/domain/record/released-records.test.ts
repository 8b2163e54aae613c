import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordDigest, sha256 } from '../../../lib/adapters/seals/record-digest.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { recordSchema } from '../../../lib/domain/record/report/record-schema.ts';
import { renderReports } from '../../../lib/domain/record/report/report-files.ts';

const folder = join(import.meta.dirname, 'released-records');

describe.each(readdirSync(folder))('a record as %s wrote it', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');

  test('is read, and every report is made of it', () => {
    const record = recordSchema.parse(JSON.parse(text)) as DrillRecord;
    const reports = renderReports(record, { seal: { state: 'none' } });
    expect(reports.every((report) => report.text.includes(record.drillId))).toBe(true);
  });

  // Links and seals name records by the bytes of record.json: a release that orders them anew would break every chain.
  test('has the same bytes in every later release', () => {
    expect(recordDigest(JSON.parse(text))).toBe(sha256(text));
  });
});
