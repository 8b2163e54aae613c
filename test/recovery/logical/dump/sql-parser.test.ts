import { describe, expect, test } from 'vitest';
import { loadSqlParser, parseSql, scanSql } from '../../../../lib/recovery/logical/dump/sql-parser.ts';
import { inOwnProcess } from '../support/own-process.ts';

const parseMany = (load: string): string => `
  import { readFileSync } from 'node:fs';
  import { setTimeout as sleep } from 'node:timers/promises';
  ${load}
  for (let n = 0; n < 500; n += 1) parse('CREATE INDEX i' + n + ' ON public.t USING btree (a, lower(b)) WHERE (c IS NOT NULL)');
  // V8 compiles in the background.
  await sleep(1500);
  // On Linux maxRSS survives exec: it may be that of the test runner which forked this process. VmHWM begins anew.
  const own = process.platform === 'linux'
    ? Number(/VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
    : process.resourceUsage().maxRSS;
  console.log(Math.round(own / 1024));
`;

describe("PostgreSQL's parser", () => {
  test('is loaded once, however often it is asked for', async () => {
    expect(loadSqlParser()).toBe(loadSqlParser());
    await loadSqlParser();
    expect(parseSql('SELECT 1; SELECT 2').stmts).toHaveLength(2);
    expect(scanSql('a.b').tokens).toHaveLength(3);
  });

  test('reads what is asked again at once only once, and every other text anew', async () => {
    await loadSqlParser();
    const [one, other] = ['SELECT 1', 'SELECT 2'];
    const tree = parseSql(one);
    expect(parseSql(one)).toBe(tree);
    expect(parseSql(other)).not.toEqual(tree);
    expect(parseSql(one)).toEqual(tree);
    expect(() => parseSql('SELECT FROM WHERE')).toThrow();
    expect(() => parseSql('SELECT FROM WHERE')).toThrow();
    const long = `SELECT '${'x'.repeat(5000)}'`;
    expect(parseSql(long)).not.toBe(parseSql(long));
  });

  test('does not cost the memory of compiling it twice', async () => {
    const ours = await inOwnProcess(
      parseMany(
        `import { loadSqlParser, parseSql as parse } from './lib/recovery/logical/dump/sql-parser.ts'; await loadSqlParser();`,
      ),
    );
    const asItComes = await inOwnProcess(
      parseMany(`import { loadModule, parseSync as parse } from 'libpg-query'; await loadModule();`),
    );
    // 66 and 110 MiB on Node 20, 66 and 616 on Node 24.
    expect(Number(ours)).toBeLessThan(Number(asItComes) - 20);
  });
});
