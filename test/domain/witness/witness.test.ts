import { describe, expect, test } from 'vitest';
import { contentOfAll, parseWitness, witnessKeysOf } from '../../../lib/domain/witness/witness.ts';

const source = {
  ...{ kind: 'source', serverVersion: '15.18', database: 'shop', moment: '2026-11-18T02:00:00.000Z' },
  ...{ encoding: 'UTF8', complete: true, extensions: {} },
};
const text = (...entries: unknown[]) => JSON.stringify({ witness: 1, entries: [source, ...entries] });

describe('a witness', () => {
  test('says of each sequence in which range it lay while the dump was made', () => {
    const read = (next: string) => ({ kind: 'sequence', schema: 'public', name: 's', next });
    expect(parseWitness(text(read('9'), read('12'))).sequences).toEqual([
      { schema: 'public', name: 's', least: '9', most: '12' },
    ]);
  });

  test('of a dump that went through a pipe holds no digest', () => {
    expect(parseWitness(text()).dump).toBeNull();
  });
});

describe('what is no witness is refused by its field, never by its values', () => {
  const table = { kind: 'table', schema: 'public', name: 't', partitionOf: null, columns: [], leftOut: [] };
  test.each([
    ['cut off', text().slice(0, -5)],
    ['of nothing', '{"witness":1,"entries":[]}'],
    ['of another form', '{"witness":2,"entries":[]}'],
    ['with SQL for a hash', text({ ...table, rows: 1, content: "1:1' or Ada", extensions: [] })],
    ['with a number of rows that is none', text({ ...table, rows: -1, content: null, extensions: [] })],
    [
      'with digits that never end',
      text({ kind: 'sequence', schema: 'a', name: 'Ada', next: '9'.repeat(99) }),
    ],
  ])('%s', (_what, given) => {
    const read = () => parseWitness(given);
    expect(read).toThrow(expect.objectContaining({ code: 'WITNESS_UNREADABLE' }));
    expect(read).not.toThrow(/Ada/);
  });
});

test('the contents of partitions add up, whichever of them a row lies in', () => {
  expect(contentOfAll(['1:-5', '18446744073709551616:7'])).toBe('18446744073709551617:2');
});

test('a dump that was compressed or encrypted afterwards has the witness of its first name', () => {
  expect(witnessKeysOf('a/app.sql.gz.gpg')).toEqual([
    'a/app.sql.gz.gpg.witness.json',
    'a/app.sql.gz.witness.json',
    'a/app.sql.witness.json',
  ]);
  expect(witnessKeysOf('a/app.dir/')).toEqual(['a/app.dir.witness.json']);
});
