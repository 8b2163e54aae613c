import { expect, test } from 'vitest';
import { tablesOf } from '../../lib/steps/measured.ts';
import { anAccount } from '../support/in-memory-ports.ts';

test('tables stand in the record by the code of their letters: in the same order on machines of any language', () => {
  const tables = ['film_actor', 'film', 'Zone', 'ärzte', 'actor'].map((name) => ({
    ...{ database: 'restored', schema: 'public', name },
    ...{ rowsInDump: 1, rowsLoaded: 1, bytes: 10, seconds: 0 },
  }));

  expect(tablesOf(anAccount({ tables }), []).map(({ name }) => name)).toEqual([
    'Zone',
    'actor',
    'film',
    'film_actor',
    'ärzte',
  ]);
});
