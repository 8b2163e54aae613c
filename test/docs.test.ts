import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderUsage } from '../lib/cli/usage.ts';
import { renderFindings } from '../lib/domain/findings/findings-table.ts';
import { renderPolicyTable } from '../lib/recovery/logical/policy/rules.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('generated documentation is what the code says (renew with npm run docs)', () => {
  test('docs/findings.md lists the registry', async () => {
    await expect(renderFindings()).toMatchFileSnapshot(join(root, 'docs/findings.md'));
  });

  test('docs/cli.md shows the help', async () => {
    await expect(renderUsage()).toMatchFileSnapshot(join(root, 'docs/cli.md'));
  });

  test('docs/restoring.md holds the policy table', async () => {
    const generated = read('docs/restoring.md').replace(
      /<!-- policy:begin -->[\s\S]*<!-- policy:end -->/,
      () => `<!-- policy:begin -->\n${renderPolicyTable()}\n<!-- policy:end -->`,
    );
    expect(generated).toContain('role-attributes');
    await expect(generated).toMatchFileSnapshot(join(root, 'docs/restoring.md'));
  });
});

describe('every dependency', () => {
  test('is pinned exactly and justified in docs/dependencies.md', () => {
    const manifest = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const justified = read('docs/dependencies.md');
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(justified, `${name} has no line`).toContain(`| \`${name}\` |`);
    }
  });
});

describe('links between documents', () => {
  const documents = [
    'README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];

  test.each(documents)('%s links to files that exist', (document) => {
    const folder = document.startsWith('docs/') ? 'docs' : '.';
    const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
      (match) => match[1] ?? '',
    );
    for (const target of targets)
      expect(() => readFileSync(join(root, folder, target)), target).not.toThrow('ENOENT');
  });
});
