import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
const guarantees = document
  .split(/^## /m)
  .slice(1)
  .filter((section) => !section.startsWith('What is not guaranteed'));
const proofs = [...document.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(([, file = '', quoted = '']) => ({
  file,
  tests: [...quoted.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
}));

describe('docs/security.md', () => {
  test('gives a proof for every guarantee', () => {
    expect(guarantees.length).toBeGreaterThan(8);
    expect(guarantees.filter((section) => !/^- `test\//m.test(section)).map((s) => s.split('\n')[0])).toEqual(
      [],
    );
  });

  test('names tests that exist', () => {
    const missing = proofs.flatMap(({ file, tests }) => {
      const path = join(root, file);
      if (!existsSync(path)) return [`${file} does not exist`];
      const text = readFileSync(path, 'utf8').replaceAll("\\'", "'");
      return tests.filter((name) => !text.includes(name)).map((name) => `${file} has no test "${name}"`);
    });
    expect(proofs.every(({ tests }) => tests.length > 0)).toBe(true);
    expect(missing).toEqual([]);
  });
});
