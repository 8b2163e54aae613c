import { describe, expect, test } from 'vitest';
import { encodeLine } from '../../../../lib/adapters/ledgers/file/ledger-lines.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import { renderShow } from '../../../../lib/domain/record/report/dossier.ts';
import { renderHistory } from '../../../../lib/domain/record/report/history-table.ts';
import {
  type ReportKind,
  renderReport,
  reportFiles,
} from '../../../../lib/domain/record/report/report-files.ts';
import { aHostileRecord } from '../../../support/hostile-record.ts';
import { aFinding } from '../../../support/records.ts';

const allInvisible = Array.from({ length: 0x110000 }, (_, codePoint) => codePoint)
  .filter((codePoint) => codePoint < 0xd800 || codePoint > 0xdfff)
  .map((codePoint) => String.fromCodePoint(codePoint))
  .filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character));

/** A name with every invisible character that Unicode has. */
const name = `begin${allInvisible.join('x')}end`;
const record: DrillRecord = aHostileRecord({
  database: name,
  operator: name,
  provenDump: name,
  findings: [aFinding('FK_ORPHANS', name, { hint: name, check: name })],
  checks: [{ name, kind: name, status: 'failed', durationMs: 1 }],
  notTested: [name],
  teardown: { confirmed: false, detail: name },
});

const renderers: Record<string, (record: DrillRecord) => string> = {
  ...Object.fromEntries(
    Object.entries(reportFiles).map(([kind, name]) => [
      name,
      (given: DrillRecord) => renderReport(kind as ReportKind, given, { seal: { state: 'none' } }).text,
    ]),
  ),
  'the record on a terminal': (given) => renderShow(given),
  'the history on a terminal': (given) => renderHistory([given]),
  'a line of the ledger': encodeLine,
};

describe('no invisible character stands raw in', () => {
  test.each(Object.entries(renderers))('%s', (_what, render) => {
    expect(allInvisible.length).toBeGreaterThan(200);
    const text = render(record);
    expect(text).toContain('begin');
    expect([...text].filter((character) => character !== '\n' && allInvisible.includes(character))).toEqual(
      [],
    );
  });
});

test('the record as JSON parses to the same texts all the same', () => {
  expect(JSON.parse(renderReport('record', record, { seal: { state: 'none' } }).text)).toMatchObject({
    database: name,
    notTested: [name],
  });
});
