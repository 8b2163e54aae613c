/** What the README says of the code, held against the code; what its commands print is compared in test/e2e/telling.test.ts. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { usageExitCode } from '../lib/cli/terminal/exit.ts';
import { parseConfig } from '../lib/domain/config/index.ts';
import { exitCodes } from '../lib/domain/findings/verdict.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text]) => text ?? '',
  );

describe('the README', () => {
  test('begins with the two commands that need nothing', () => {
    expect(blocks('sh')[0]).toBe(
      'npm ci\nnpx restore-drill run --dump examples/shop_20261120T020000Z.sql.gz\n',
    );
    expect(readme.indexOf('```sh')).toBeLessThan(400);
  });

  test('configures what the configuration takes', () => {
    const examples = blocks('yaml');
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) expect(parseConfig(example), example).toHaveProperty('config');
  });

  test('names scripts of npm that exist', () => {
    const named = [...readme.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test('names every script that CI runs, as .ci/run says of itself', () => {
    const run = [...read('.ci/run').matchAll(/^\s*npm (?:run )?(test[\w:-]*)/gm)].map(
      ([, name]) => name ?? '',
    );
    const listed = [...readme.matchAll(/^npm (?:run |ci && npm )?(test[\w:-]*)/gm)].map(
      ([, name]) => name ?? '',
    );

    expect(run.length).toBeGreaterThan(5);
    expect(run.filter((name) => !listed.includes(name))).toEqual([]);
  });

  test('counts the kinds of damage as docs/honesty.md lists them', () => {
    const [, counted] = /a table of (\d+) kinds of damage/.exec(readme) ?? [];
    const [, table = ''] =
      /<!-- honesty:begin -->([\s\S]*?)<!-- honesty:end -->/.exec(read('docs/honesty.md')) ?? [];
    expect(damageIn(table)).toBe(Number(counted));
  });

  test('counts the databases of the example', () => {
    const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const [, counted = ''] = /examples\/drills\.yaml\) configures (\w+) databases/.exec(readme) ?? [];
    const parsed = parseConfig(read('examples/drills.yaml'));
    expect('config' in parsed && Object.keys(parsed.config.databases)).toHaveLength(words.indexOf(counted));
  });

  test('gives the exit codes that commands end with', () => {
    for (const [verdict, code] of Object.entries(exitCodes))
      expect(readme).toContain(`\`${code}\` ${verdict}`);
    expect(readme).toContain(`\`${usageExitCode}\` wrong usage`);
  });

  test('asks for the Node.js that the package asks for', () => {
    const least = manifest.engines.node.replace('>=', '');
    expect(readme).toContain(`Node ${least.split('.')[0]} (from ${least})`);
  });
});

/** Rows of its tables that are damage, whatever sees it. */
const damageIn = (table: string): number =>
  table.split('\n').filter((line) => /^\| (?!\||---)/.test(line)).length;
