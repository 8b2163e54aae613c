import { expect, test } from 'vitest';
import type { CheckDatabase } from '../../../../lib/domain/checks/asking/check.ts';
import { askEach } from '../../../../lib/domain/checks/asking/combined-query.ts';
import { DrillError } from '../../../../lib/domain/findings/errors.ts';

/** A database in which every query of a source that begins with `endless` runs into its timeout. */
function databaseWith(): { database: CheckDatabase; asked: string[] } {
  const asked: string[] = [];
  const unused = (): never => {
    throw new Error('not asked for in this test');
  };
  const database: CheckDatabase = {
    query: async (sql) => {
      asked.push(sql);
      if (sql.includes('endless'))
        throw new DrillError('CHECK_TIMED_OUT', 'a statement ran longer than 300 s');
      return sql.split('union all').map((_, n) => ({ n, v: '1' }));
    },
    ask: unused,
    canLogIn: unused,
    password: unused,
    parameter: unused,
  };
  return { database, asked };
}

const queriesOf = (count: number, source: string) =>
  Array.from({ length: count }, (_, index) => ({ value: 'count(*)', source: `${source}_${index}` }));

test('one query that runs into the timeout does not hide the others', async () => {
  const { database } = databaseWith();
  const [first, second, third] = await askEach(database, [
    ...queriesOf(1, 'quick'),
    ...queriesOf(1, 'endless'),
    ...queriesOf(1, 'quick'),
  ]);

  expect([first, third]).toEqual([{ value: '1' }, { value: '1' }]);
  expect(second).toMatchObject({ refused: { code: 'CHECK_TIMED_OUT' } });
});

test('two hundred that run into the timeout do not cost two hundred timeouts', async () => {
  const { database, asked } = databaseWith();
  const answers = await askEach(database, queriesOf(200, 'endless'));

  expect(asked.length).toBe(4);
  expect(answers.length).toBe(200);
  expect(answers.every((answer) => 'refused' in answer && answer.refused.code === 'CHECK_TIMED_OUT')).toBe(
    true,
  );
  expect(answers.at(-1)).toMatchObject({ refused: { reason: expect.stringContaining('was not asked') } });
});
