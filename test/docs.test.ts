import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderUsage } from '../lib/cli/usage.ts';
import { renderFindings } from '../lib/domain/findings/findings-table.ts';
import { renderPolicyTable } from '../lib/domain/recovery/policy-rules.ts';
import { renderWitnessScript } from '../lib/domain/witness/witness-script.ts';
import { renderHonesty } from './corpus/mutants/honesty-table.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('generated documentation is what the code says (renew with npm run docs)', () => {
  test('docs/findings.md lists the registry', async () => {
    await expect(renderFindings()).toMatchFileSnapshot(join(root, 'docs/findings.md'));
  });

  test('docs/witness.sql asks what the command asks', async () => {
    await expect(renderWitnessScript()).toMatchFileSnapshot(join(root, 'docs/witness.sql'));
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

  test('docs/honesty.md holds the tables that the mutants prove', async () => {
    const generated = read('docs/honesty.md').replace(
      /<!-- honesty:begin -->[\s\S]*<!-- honesty:end -->/,
      () => `<!-- honesty:begin -->\n${renderHonesty()}<!-- honesty:end -->`,
    );
    expect(generated).toContain('one bit is turned');
    await expect(generated).toMatchFileSnapshot(join(root, 'docs/honesty.md'));
  });
});

describe('every dependency', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'peerDependencies',
    Record<string, string>
  >;
  const justified = read('docs/dependencies.md').split(/^## /m);

  test('is pinned exactly and justified in docs/dependencies.md', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
      expect(justified.join(), `${name} has no line`).toContain(`| \`${name}\` |`);
    }
  });

  test('stands under the heading that says who gets it', () => {
    const named = (heading: string) =>
      [...(justified.find((section) => section.startsWith(heading)) ?? '').matchAll(/^\| `([^`]+)` \|/gm)]
        .map((match) => match[1] ?? '')
        .toSorted();
    const { dependencies, devDependencies, peerDependencies } = manifest;
    expect(named('Installed with the package')).toEqual(Object.keys(dependencies).toSorted());
    expect(named('Asked of whoever uses the construct')).toEqual(Object.keys(peerDependencies).toSorted());
    expect(
      [
        ...named('Asked of whoever uses the construct'),
        ...[...named('In the bundles'), ...named('For development')],
      ].toSorted(),
    ).toEqual(Object.keys(devDependencies).toSorted());
  });
});

describe('the facts in docs/facts.md', () => {
  const sections = read('docs/facts.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ heading: section.slice(0, section.indexOf('\n')), text: section }));
  /** As GitHub makes an anchor of a heading. */
  const anchors = sections.map(({ heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  const cited = ['lib', 'lambdas', 'bin', 'containers', 'bench', 'scripts', 'test']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((file) => /\.(ts|mjs)$/.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/docs\/facts\.md#([\w-]+)/g)].map((match) => ({
        file,
        anchor: match[1] ?? '',
      })),
    );

  test('are where the code cites them', () => {
    expect(cited.length).toBeGreaterThan(40);
    expect(cited.filter(({ anchor }) => !anchors.includes(anchor))).toEqual([]);
  });

  test('are each cited by code or by a test', () => {
    const used = new Set(cited.map(({ anchor }) => anchor));
    expect(anchors.filter((anchor) => !used.has(anchor))).toEqual([]);
  });

  test('have one anchor each, and a source', () => {
    expect(new Set(anchors).size).toBe(anchors.length);
    const unsourced = sections.filter(({ text }) => !/^Source: .*(https:\/\/|measured)/ms.test(text));
    expect(unsourced.map(({ heading }) => heading)).toEqual([]);
  });
});

describe('links between documents', () => {
  const documents = [
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
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
