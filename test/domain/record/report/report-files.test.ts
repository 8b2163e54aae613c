import { expect, test } from 'vitest';
import {
  renderReport,
  renderReports,
  reportFiles,
} from '../../../../lib/domain/record/report/report-files.ts';
import { aRecord } from '../../../support/records.ts';

test('every report has its file, and no two share one', () => {
  const names = renderReports(aRecord(), { seal: { state: 'none' } }).map(({ name }) => name);
  expect(names).toEqual(Object.values(reportFiles));
  expect(new Set(names).size).toBe(names.length);
});

test('the report to file says whether it was signed, and by which key', () => {
  const { text: unsigned } = renderReport('markdown', aRecord(), { seal: { state: 'none' } });
  expect(unsigned).toContain('| Seal | Not signed.');
  const { text: signed } = renderReport('markdown', aRecord(), {
    seal: { state: 'sealing', keyId: 'ed25519:abc' },
  });
  expect(signed).toContain('| Seal | Signed with the key ed25519:abc. |');
});
