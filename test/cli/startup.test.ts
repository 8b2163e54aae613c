import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Imports that are carried out when the file is loaded: neither types alone, nor `import()`. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type )(?:[^'"]*? from )?['"]([^'"]+)['"]/gm)].map(
    (match) => match[1] ?? '',
  );
}

/** The way from a file to the first AWS client it loads; null when it loads none. */
function wayToAwsClient(start: string): string[] | null {
  const seen = new Set<string>();
  const ways = [[start]];
  for (const way of ways) {
    const file = way.at(-1) ?? '';
    if (seen.has(file)) continue;
    seen.add(file);
    for (const target of loadedBy(file)) {
      if (target.startsWith('@aws-sdk/')) return [...way, target];
      if (target.startsWith('.')) ways.push([...way, relative(root, resolve(root, dirname(file), target))]);
    }
  }
  return null;
}

describe('a command on this machine', () => {
  test.each([
    'run',
    'plan',
    'list',
    'init',
    'history',
    'show',
    'report',
    'report-site',
    'audit',
    'sweep',
    'doctor',
    'validate',
  ])('%s does not wait for an AWS client to be loaded', (name) => {
    expect(wayToAwsClient(`lib/cli/commands/${name}.ts`)).toBeNull();
  });

  test('is told apart from one in an account, which loads them', () => {
    expect(wayToAwsClient('lib/cli/program.ts')).toBeNull();
    expect(wayToAwsClient('lib/cli/commands/watch.ts')).not.toBeNull();
  });
});
