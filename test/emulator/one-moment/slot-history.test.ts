import { expect, test } from 'vitest';
import type { RecordedCall } from '../support/recorded-call.ts';
import { slotHistory } from './slot-history.ts';

/** A write of the slots as a function sends it. */
const write = (revision: number, holders: string[], status = 200): RecordedCall => ({
  ...{ door: 'plan-sandbox', service: 'dynamodb', command: 'PutItem', status },
  input: {
    Item: {
      pk: { S: 'lock#slots' },
      revision: { N: String(revision) },
      holders: { M: Object.fromEntries(holders.map((drill) => [drill, { M: {} }])) },
    },
  },
});

test('of slots that are taken once and let go once nothing is wrong, in whatever order answers came', () => {
  const calls = [
    write(2, ['a', 'b']),
    write(1, ['a']),
    write(2, ['a', 'c'], 400),
    write(3, ['b']),
    write(4, []),
  ];

  expect(slotHistory(calls, 2)).toEqual({ taken: ['a', 'b'], most: 2, conflicts: 1, wrong: [] });
});

test.each<[string, RecordedCall[], RegExp]>([
  [
    'more drills than slots',
    [write(1, ['a']), write(2, ['a', 'b', 'c']), write(3, [])],
    /^3 drills had a slot/,
  ],
  [
    'a write that overwrote another',
    [write(1, ['a']), write(1, ['b']), write(2, [])],
    /revision 1 .* followed 1/,
  ],
  [
    'a drill that had two',
    [write(1, ['a']), write(2, []), write(3, ['a']), write(4, [])],
    /^a got a slot more/,
  ],
  ['a slot that was never freed', [write(1, ['a']), write(2, ['a', 'b'])], /never freed: a, b/],
])('%s is told', (_what, calls, told) => {
  expect(slotHistory(calls, 2).wrong.join('\n')).toMatch(told);
});
