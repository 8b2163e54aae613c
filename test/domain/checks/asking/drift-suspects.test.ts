import { describe, expect, test } from 'vitest';
import type { DriftTolerance } from '../../../../lib/domain/checks/asking/check.ts';
import { driftSuspects, leastRowsOf } from '../../../../lib/domain/checks/asking/drift-suspects.ts';
import { anAccount, announced, aTable } from '../builders.ts';

const tolerance: DriftTolerance = { mode: 'warn', maxDropShare: 0.5, tables: {} };
const held = (name: string, rows: number, partitionOf?: string) => ({
  ...{ database: 'shop', schema: 'public', name, rows },
  ...(partitionOf === undefined ? {} : { partitionOf }),
});

describe('the fewest rows that are no loss', () => {
  test.each([
    ['half of many', 120, tolerance, 60],
    ['one of a few, because small tables vary', 9, tolerance, 1],
    ['none of none', 0, tolerance, 0],
    ['what its own tolerance says', 120, { ...tolerance, tables: { 'public.t': 0.05 } }, 114],
    ['none where the table may be emptied', 120, { ...tolerance, tables: { 'public.t': 1 } }, 0],
  ])('%s', (_what, rows, given, least) => {
    expect(leastRowsOf('public.t', rows, given)).toBe(least);
  });
});

describe('tables to be asked for', () => {
  const suspects = (account: Parameters<typeof anAccount>[0], tables: ReturnType<typeof held>[]) =>
    driftSuspects(anAccount(account), 'shop', tables, tolerance).map(({ name }) => name);

  test('are those that are gone, empty, or short of rows; not those that kept or grew', () => {
    const account = {
      announced: ['emptied', 'short', 'kept', 'grown', 'idle'].map((name) => announced('TABLE', name)),
      tables: [aTable('short', 40), aTable('kept', 100), aTable('grown', 900)],
    };
    const tables = [
      held('gone', 0),
      held('emptied', 5),
      held('short', 100),
      held('kept', 100),
      held('grown', 100),
      held('idle', 0),
    ];
    expect(suspects(account, tables)).toEqual(['gone', 'emptied', 'short']);
  });

  test('a tree of partitions is one table: an old partition that made room is no loss', () => {
    const tables = [held('log_1', 100, 'public.log'), held('log_2', 100, 'public.log'), held('log', 200)];
    const rotated = {
      announced: [announced('TABLE', 'log'), announced('TABLE', 'log_2')],
      tables: [aTable('log_2', 100), aTable('log_3', 50)],
    };
    expect(suspects(rotated, tables)).toEqual([]);
    expect(suspects({ announced: [announced('TABLE', 'log')], tables: [] }, tables)).toEqual(['log']);
  });
});
