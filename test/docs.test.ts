import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderUsage } from '../lib/cli/usage.ts';
import { renderFindings } from '../lib/domain/findings/findings-table.ts';
import { controls } from '../lib/domain/record/audit/controls.ts';
import { principalBases } from '../lib/domain/record/provenance.ts';
import { problemKinds } from '../lib/domain/record/seal/verification.ts';
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

describe('a document that lists what the code knows', () => {
  const firstCells = (text: string): string[] =>
    [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    );

  test('docs/evidence.md explains each problem that verify may find, and what vouches for each name', () => {
    const told = firstCells(read('docs/evidence.md'));
    for (const name of [...Object.keys(problemKinds), ...principalBases]) expect(told).toContain(name);
  });

  test('docs/reports.md names each requirement that the audit is evidence of', () => {
    const text = read('docs/reports.md').replace(/\s+/g, ' ');
    for (const { clause } of controls) expect(text).toContain(clause);
  });

  test('docs/architecture.md names each room of the domain', () => {
    const [, picture = ''] = /^```text\n([\s\S]*?)^```$/m.exec(read('docs/architecture.md')) ?? [];
    const rooms = readdirSync(join(root, 'lib/domain'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(rooms.length).toBeGreaterThan(10);
    for (const room of rooms) expect(picture).toMatch(new RegExp(`[ ,]${room}[,\\n]`));
  });

  test('docs/dependencies.md names the versions that scripts fetch from PyPI', () => {
    const text = read('docs/dependencies.md');
    const scripts = {
      'cfn-lint': 'scripts/cfn-lint.mjs',
      securesystemslib: 'scripts/seals.mjs',
      'check-jsonschema': 'scripts/ci-files.mjs',
    };
    for (const [name, script] of Object.entries(scripts)) {
      const [, version] = /^const version = '([\d.]+)';$/m.exec(read(script)) ?? [];
      expect(version, script).toBeDefined();
      expect(text).toContain(`\`${name}\` ${version}`);
    }
    const [, emulator] = /^ministack==([\d.]+)$/m.exec(read('test/emulator/requirements.txt')) ?? [];
    expect(text).toContain(`\`ministack\` ${emulator}`);
  });
});

describe('the facts in docs/facts.md', () => {
  const sections = read('docs/facts.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ heading: section.slice(0, section.indexOf('\n')), text: section }));
  const anchors = sections.map(({ heading }) => anchorOf(heading));
  const cited = ['lib', 'lambdas', 'bin', 'containers', 'bench', 'soak', 'scripts', 'test']
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
    ...['docs', 'examples', 'bench']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
          join(folder, name),
        ),
      )
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules')),
  ];
  const isThere = (path: string): boolean => existsSync(join(root, path));

  test.each(documents)('%s links to files and headings that exist', (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, path = '', anchor]) => ({ path: path === '' ? document : join(dirname(document), path), anchor }),
    );
    const dead = targets.filter(
      ({ path, anchor }) =>
        !isThere(path) || (anchor !== undefined && !anchorsOf(read(path)).includes(anchor)),
    );

    expect(dead).toEqual([]);
  });

  test('are where the code sends its reader', () => {
    const sent = ['lib', 'lambdas', 'bin', 'containers', 'scripts', 'bench']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
          join(folder, file),
        ),
      )
      .filter((file) => /\.(ts|mjs)$/.test(file))
      .flatMap((file) =>
        [...read(file).matchAll(/\b(docs\/[\w-]+\.md)(?:#([\w-]+))?/g)].map(([, path = '', anchor]) => ({
          file,
          path,
          anchor,
        })),
      );

    expect(sent.length).toBeGreaterThan(50);
    expect(
      sent.filter(
        ({ path, anchor }) =>
          !isThere(path) || (anchor !== undefined && !anchorsOf(read(path)).includes(anchor)),
      ),
    ).toEqual([]);
  });
});

/** Of every heading, as GitHub makes them; what stands in a block is no heading. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)];
  return headings.map(([, heading = '']) => anchorOf(heading.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')));
}

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
