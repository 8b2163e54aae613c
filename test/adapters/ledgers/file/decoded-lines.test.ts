import { expect, test } from 'vitest';
import { DecodedLines } from '../../../../lib/adapters/ledgers/file/decoded-lines.ts';
import { encodeLine } from '../../../../lib/adapters/ledgers/file/ledger-lines.ts';
import { aRecord } from '../../../support/records.ts';

type Changes = Parameters<typeof aRecord>[0];

/** The record of a line as the ledger's reader gives it: without its end. */
function recordOf(lines: DecodedLines, changes: Changes): unknown {
  const decoded = lines.decode(Buffer.from(encodeLine(aRecord(changes)).trimEnd()));
  return 'record' in decoded ? decoded.record : decoded;
}

test('a line is decoded once, for however many readers', () => {
  const lines = new DecodedLines();
  const first = recordOf(lines, { drillId: 'a' });

  expect(first).toMatchObject({ drillId: 'a' });
  expect(recordOf(lines, { drillId: 'a' })).toBe(first);
  expect(recordOf(lines, { drillId: 'b' })).toMatchObject({ drillId: 'b' });
});

test('of many lines the oldest is forgotten', () => {
  const lines = new DecodedLines();
  const first = recordOf(lines, { drillId: 'first' });
  for (let drill = 0; drill < 64; drill += 1) recordOf(lines, { drillId: `later-${drill}` });

  expect(recordOf(lines, { drillId: 'first' })).not.toBe(first);
});

test('of a large line nothing is held', () => {
  const lines = new DecodedLines();
  const large = { database: 'd'.repeat(64 * 1024) };

  expect(recordOf(lines, large)).not.toBe(recordOf(lines, large));
});
