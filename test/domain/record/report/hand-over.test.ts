import { expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import { summariseVerdict } from '../../../../lib/domain/record/assemble-record.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { renderReport } from '../../../../lib/domain/record/report/report-files.ts';
import { aRecord } from '../../../support/records.ts';

const renderMarkdown = (record: DrillRecord): string =>
  renderReport('markdown', record, { seal: { state: 'none' } }).text;

const handOver = {
  sandboxId: 'restore-drill-shop-1',
  endpoint: 'restore-drill-shop-1.example.eu-west-1.rds.amazonaws.com',
  port: 5432,
  masterRole: 'drill_master',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1',
  complete: true,
  remaining: ['Point the application at it.'],
};

test('the record of a kept restore says where the database is and what is left to do', () => {
  const text = renderMarkdown(
    aRecord({ mode: 'restore', handOver, cost: { estimatedUsd: 1, actualUsd: 0.4 } }),
  );
  expect(text).toContain('## Hand-over');
  expect(text).toContain('restore-drill-shop-1.example.eu-west-1.rds.amazonaws.com:5432');
  expect(text).toContain('- [ ] Point the application at it.');
  expect(text).toContain('real restore: kept');
  expect(text).toContain('about 0.40 USD');
});

test('the record of a restore that was not kept never says that it was', () => {
  const text = renderMarkdown(aRecord({ mode: 'restore' }));
  expect(text).toContain('real restore: not kept');
  expect(text).not.toContain('## Hand-over');
});

test('the cause of the execution names what decided', () => {
  const declined = finding('RESTORE_DECLINED', 'declined by grace');
  const failed = finding('PROMOTION_FAILED', 'RDS refuses Multi-AZ');
  expect(summariseVerdict(aRecord({ findings: [declined] }))).toBe('RESTORE_DECLINED: declined by grace');
  expect(summariseVerdict(aRecord({ handOver }))).toContain('handed over: restore-drill-shop-1');
  const unforced = finding('HAND_OVER_REFUSED', 'row level security is not forced');
  const both = aRecord({ handOver: { ...handOver, complete: false }, findings: [unforced, failed] });
  expect(summariseVerdict(both)).toMatch(/^HAND_OVER_REFUSED: .* is not forced; PROMOTION_FAILED: /);
  expect(summariseVerdict(aRecord({ handOver: { ...handOver, complete: false }, findings: [failed] }))).toBe(
    'PROMOTION_FAILED: RDS refuses Multi-AZ',
  );
});
