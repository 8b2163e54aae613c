import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type {
  BuiltInCheckKind,
  CheckKind,
  ConfiguredCheckKind,
} from '../../lib/domain/checks/asking/check.ts';
import { renderCheckTable } from '../../lib/domain/checks/check-table.ts';
import { checkKinds } from '../../lib/domain/checks/registry.ts';
import type { FindingDefinition } from '../../lib/domain/findings/catalogue/definition.ts';
import { type FindingCode, findingRegistry } from '../../lib/domain/findings/findings.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every TypeScript file below a folder, as a path from the root. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

describe('docs/extending.md', () => {
  test('names only files and folders that exist', () => {
    const named = [...read('docs/extending.md').matchAll(/`((?:lib|test|docs)\/[\w./-]*)`/g)].map(
      ([, path = '']) => path,
    );
    expect(named).not.toEqual([]);
    for (const path of named) expect(() => readdirOrFile(path), path).not.toThrow();
  });

  const readdirOrFile = (path: string) =>
    path.endsWith('/') ? readdirSync(join(root, path)) : readFileSync(join(root, path));
});

describe('a check kind', () => {
  const kinds = checkKinds.map(({ kind }) => kind);
  const configured = checkKinds.filter(({ origin }) => origin === 'configured').map(({ kind }) => kind);
  const fileOf = (kind: string) => `${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;

  test('is one file of its name and one line of the registry', () => {
    expect(readdirSync(join(root, 'lib/domain/checks/kinds')).sort()).toEqual(kinds.map(fileOf).sort());
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  test('is named in no other file of the domain', () => {
    const elsewhere = filesBelow('lib/domain').filter((path) => !path.includes('/checks/kinds/'));
    // What is a word of its own elsewhere says nothing: `rows` is a field of many records.
    const telling = kinds.filter((kind) => /[A-Z]/.test(kind));
    const named = elsewhere.flatMap((path) =>
      telling.filter((kind) => read(path).includes(`'${kind}'`)).map((kind) => `${path}: ${kind}`),
    );
    expect(named).toEqual([]);
  });

  test.each(kinds)('%s is asked of a real server by a test', (kind) => {
    const tests = filesBelow('test/adapters/postgres').map(read).join('\n');
    expect(tests).toMatch(new RegExp(`['{ ]${kind}[':]`));
  });

  test.each(configured)('%s has its settings in the schema of drills.yaml and an example', (kind) => {
    expect(read('docs/drills.schema.json')).toContain(`"${kind}": {`);
    expect(renderCheckTable()).toContain(`  - ${kind}: `);
  });

  test('does not compile without what others derive from it', () => {
    const asked: BuiltInCheckKind<object, object> = {
      kind: 'example',
      title: 'an example',
      asks: 'Is it there?',
      origin: 'built-in',
      scans: false,
      findings: ['OBJECT_MISSING'],
      plan: () => [],
      parseParams: () => ({}),
      evidence: { expected: () => 'nothing', scope: () => 'nothing', actual: () => 'nothing' },
      observe: async () => ({}),
      judge: () => ({ status: 'passed', findings: [] }),
    };
    const { scans: _scans, ...withoutScans } = asked;
    // @ts-expect-error whether it reads whole tables decides where it runs
    const laneUnknown: CheckKind<object, object> = withoutScans;
    // @ts-expect-error a configured kind says what stands in drills.yaml
    const settingsUnknown: ConfiguredCheckKind<object, object> = { ...asked, origin: 'configured' };
    // @ts-expect-error a finding of a check is one of the registry
    const findingUnknown: CheckKind<object, object> = { ...asked, findings: ['NOT_A_FINDING'] };
    expect([laneUnknown, settingsUnknown, findingUnknown].map(({ kind }) => kind)).toEqual(
      Array(3).fill('example'),
    );
  });
});

describe('a finding', () => {
  const codes = Object.keys(findingRegistry);
  const subjects = readdirSync(join(root, 'lib/domain/findings/catalogue')).filter(
    (name) => name !== 'definition.ts',
  );

  test('is one entry of the catalogue: every file of it is joined, and no code stands twice', async () => {
    const files = await Promise.all(
      subjects.map(
        async (name) =>
          (await import(join(root, 'lib/domain/findings/catalogue', name))) as Record<string, object>,
      ),
    );
    const entries = files.flatMap((file) => Object.values(file)).flatMap((part) => Object.keys(part));
    expect(entries.sort()).toEqual([...codes].sort());
  });

  test('is made somewhere, and documented', () => {
    const makers = ['lib', 'lambdas', 'containers']
      .flatMap(filesBelow)
      .filter((path) => !path.includes('/findings/catalogue/'))
      .map(read)
      .join('\n');
    expect(codes.filter((code) => !makers.includes(`'${code}'`))).toEqual([]);
    const documented = read('docs/findings.md');
    expect(codes.filter((code) => !documented.includes(`\n## ${code}\n`))).toEqual([]);
  });

  test('does not compile without whom it blames, or excused by what is no finding', () => {
    const known: FindingDefinition<FindingCode> = {
      severity: 'error',
      blames: 'dump',
      meaning: 'Something is wrong.',
      hint: 'Mend it.',
    };
    const { blames: _blames, ...withoutBlame } = known;
    // @ts-expect-error whom a finding blames decides whether an older dump is tried
    const blameUnknown: FindingDefinition = withoutBlame;
    // @ts-expect-error a finding can only be explained by another one
    const excuseUnknown: FindingDefinition<FindingCode> = { ...known, explainedBy: 'BAD_WEATHER' };
    expect([blameUnknown, excuseUnknown].map(({ hint }) => hint)).toEqual(['Mend it.', 'Mend it.']);
  });
});
