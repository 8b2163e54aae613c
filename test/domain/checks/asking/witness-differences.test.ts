import { describe, expect, test } from 'vitest';
import {
  differencesFrom,
  tablesOfEqualContent,
  type WitnessObservation,
  type WitnessParams,
} from '../../../../lib/domain/checks/asking/witness-differences.ts';
import type { WitnessedTable } from '../../../../lib/domain/witness/witness.ts';

const table = (name: string, more: Partial<WitnessedTable> = {}): WitnessedTable => ({
  schema: 'public',
  name,
  partitionOf: null,
  rows: 10,
  content: '1:1',
  columns: ['id'],
  leftOut: [],
  extensions: [],
  ...more,
});

const compared = (tables: WitnessedTable[], contents: string[], postgis = '3.5.0') => {
  const params: WitnessParams = {
    tables,
    sequences: [],
    largeObjects: null,
    objects: null,
    extensions: { postgis: '3.4.0' },
    complete: true,
    leftOut: {},
  };
  const observation: WitnessObservation = {
    tables: contents.map((content) => ({ found: { ...table('found'), content } })),
    sequences: [],
    largeObjects: null,
    objects: {},
    extensions: { postgis },
  };
  return { findings: differencesFrom(params, observation), equal: tablesOfEqualContent(params, observation) };
};

describe('content is said to equal the source only where every value was compared', () => {
  test.each<[string, WitnessedTable, string, number]>([
    ['the same content', table('a'), '1:1', 1],
    ['other content', table('a'), '2:2', 0],
    ['a table that the witness only counts', table('a', { content: null }), '1:1', 0],
    ['a table with a column that was left out', table('a', { leftOut: ['shape'] }), '1:1', 0],
    ['values of an extension of another version', table('a', { extensions: ['postgis'] }), '2:2', 0],
    ['the same values in spite of another version', table('a', { extensions: ['postgis'] }), '1:1', 1],
  ])('%s', (_what, one, content, equal) => {
    expect(compared([one], [content]).equal).toBe(equal);
  });

  test('rows in another partition of the same tree are the same', () => {
    const leaves = [
      table('log_1', { partitionOf: 'public.log', content: '1:1' }),
      table('log_2', { partitionOf: 'public.log', content: '2:2' }),
    ];
    expect(compared(leaves, ['2:2', '1:1'])).toEqual({ findings: [], equal: 2 });
  });
});

test('many tables that could not be compared are many warnings, and no difference', () => {
  const tables = Array.from({ length: 60 }, (_, index) => table(`t${index}`, { extensions: ['postgis'] }));
  const { findings } = compared(
    tables,
    tables.map(() => '2:2'),
  );
  expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['CONTENT_NOT_COMPARED']));
  expect(findings.at(-1)?.message).toBe('the same is true of 35 more tables');
});
