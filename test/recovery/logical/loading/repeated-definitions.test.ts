import { describe, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import type { Failure } from '../../../../lib/recovery/logical/loading/failed-entries.ts';
import { repeatedDefinitions } from '../../../../lib/recovery/logical/loading/repeated-definitions.ts';

const joined = finding('DUMPS_JOINED', 'a second dump begins at line 90');
const failure = (label: string, sqlState: string, over: Partial<Failure> = {}): Failure => ({
  finding: finding('ENTRY_FAILED', label),
  outcome: { status: 'failed', failure: 'other', sqlState, message: '' },
  type: 'TABLE',
  label,
  lack: null,
  made: [],
  table: null,
  rows: null,
  ...over,
});
const orders = failure('table public.orders', '42P07', { made: [{ schema: 'public', name: 'orders' }] });
const rowsOf = (table: string): Failure =>
  failure(`rows of public.${table}`, '23505', { type: 'TABLE DATA', table });

describe('of a file that holds the same dump twice', () => {
  test('all that was there already is told once, as an error, with what follows from it', () => {
    const attached = failure('table attach public.p1', '42809', { type: 'TABLE ATTACH' });
    const told = repeatedDefinitions(joined, [rowsOf('orders'), attached, orders]);
    expect(told?.told).toEqual({
      ...joined,
      severity: 'error',
      message:
        'a second dump begins at line 90; 3 entries were there already, and failed: table public.orders, rows of public.orders, table attach public.p1',
    });
    expect(told?.others).toEqual([]);
  });

  test('duplicates in a table that stands in it once, and every other failure, keep their own finding', () => {
    const others = [rowsOf('clients'), failure('view public.v', '42P01')];
    expect(repeatedDefinitions(joined, [orders, ...others])?.others).toEqual(others);
  });

  test('nothing is added where all of it was restored', () => {
    expect(repeatedDefinitions(joined, [failure('view public.v', '42P01')])).toBeNull();
  });
});
