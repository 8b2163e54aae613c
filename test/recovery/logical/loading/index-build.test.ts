import { describe, expect, test } from 'vitest';
import { buildSettings } from '../../../../lib/recovery/logical/loading/index-build.ts';
import type { Decided } from '../../../../lib/recovery/logical/loading/statement-decision.ts';
import { statement } from './support/events.ts';

const megabyte = 1024 ** 2;
const gigabyte = 1024 ** 3;
const most = 512;

const decided = (kind: string, sql = ''): Decided =>
  ({ action: 'run', rule: null, statements: [statement(sql)], plan: { kind } }) as unknown as Decided;

const btree = decided('create index', 'CREATE INDEX i ON public.t USING btree (a)');
const gin = decided('create index', 'CREATE INDEX i ON public.t USING gin (to_tsvector(using_text))');

describe('a B-tree', () => {
  test.each([
    ['of no rows', 0, 8],
    ['of a table of 100 MB, in the caches of a core', 100 * megabyte, 8],
    ['of a table of 10 GB, with runs that one merge takes', 10 * gigabyte, 53],
    ['of a table of 1 TB, with all that there is', 1024 * gigabyte, most],
  ])('%s is sorted', (_, tableBytes, memoryMebibytes) => {
    expect(buildSettings(btree, tableBytes, most, 0)).toEqual({ memoryMebibytes, workers: 0 });
    expect(buildSettings(decided('add key'), tableBytes, most, 0)).toEqual({ memoryMebibytes, workers: 0 });
  });

  test('has as many runs as the server merges at once: memory ÷ 34 blocks (tuplesort.c)', () => {
    for (const tableBytes of [megabyte, gigabyte, 30 * gigabyte, 200 * gigabyte]) {
      const memory = (buildSettings(btree, tableBytes, 1e6, 0)?.memoryMebibytes ?? 0) * megabyte;
      expect(tableBytes / memory).toBeLessThanOrEqual(memory / (34 * 8192));
    }
  });

  test('of a large table takes the cores of idle sessions, each worker with the 32 MB without which the server starts none', () => {
    expect(buildSettings(btree, gigabyte, most, 1)).toEqual({ memoryMebibytes: 64, workers: 1 });
    expect(buildSettings(btree, gigabyte, most, 3)).toEqual({ memoryMebibytes: 128, workers: 3 });
    expect(buildSettings(btree, megabyte, most, 3)).toEqual({ memoryMebibytes: 8, workers: 0 });
  });

  test('never takes more than a session may', () => {
    expect(buildSettings(btree, 1024 * gigabyte, 64, 3)?.memoryMebibytes).toBe(64);
  });
});

test.each([
  ['a GIN index', gin],
  ['a foreign key', decided('add foreign key')],
  ['an exclusion constraint', decided('add constraint')],
])('%s gets all that a session may take', (_, of) => {
  expect(buildSettings(of, gigabyte, most, 3)).toEqual({ memoryMebibytes: most, workers: 0 });
});

test('what builds nothing changes no setting', () => {
  expect(buildSettings(decided('comment'), gigabyte, most, 3)).toBeNull();
});
