import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recoveryMethods } from '../../lib/domain/sandbox/methods.ts';
import type { stateSteps } from '../../lib/steps/drill-steps.ts';

const guide = readFileSync('docs/extending.md', 'utf8');

/** Paths that a section of the guide names, with the placeholder filled in. */
function pathsOf(title: string, placeholder: string, name: string): string[] {
  const [, rest = ''] = guide.split(`\n## ${title}\n`);
  const [section = ''] = rest.split('\n## ');
  const paths = [...section.matchAll(/`((?:lib|lambdas|test)\/[^`]*)`/g)].map(([, path]) => path ?? '');
  return paths.map((path) => path.replaceAll(`<${placeholder}>`, name));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const sources = [...filesBelow('lib'), ...filesBelow('lambdas')].map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));

/** Product files that hold a pattern and that no path of the guide covers; a path that ends in a slash covers a folder. */
const unlisted = (pattern: RegExp, listed: string[]): string[] =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path)
    .filter((path) => !listed.some((one) => (one.endsWith('/') ? path.startsWith(one) : path === one)));

const missing = (listed: string[]): string[] => listed.filter((path) => !existsSync(path));

describe('the guide to a state', () => {
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  /** States whose names stand for nothing else in the product, so that whoever mentions one is wired to it. */
  const states: (keyof typeof stateSteps)[] = [
    'thawDump',
    'planSandbox',
    'provisionSandbox',
    'lookAtSandbox',
    'prepareRestore',
    'tryOlderDump',
    'prepareHandOver',
  ];

  test.each(states)('names every file that %s touches', (name) => {
    const listed = pathsOf('A state', 'state', kebab(name));
    const wired = new RegExp(`\\b${name}(Step)?\\b|'${kebab(name)}'`);

    expect(unlisted(wired, listed)).toEqual([]);
    expect(missing(listed)).toEqual([]);
  });

  test('names no file that none of them touches, but for the stages and the document', () => {
    const touched = (path: string) =>
      states.some((name) => {
        const { text = '' } = sources.find((source) => source.path === path) ?? {};
        return path.includes(kebab(name)) || new RegExp(`\\b${name}|'${kebab(name)}'`).test(text);
      });
    const listed = pathsOf('A state', 'state', kebab('thawDump')).filter((path) =>
      /^(lib|lambdas)\/.*\.ts$/.test(path),
    );

    expect(listed.filter((path) => !touched(path))).toEqual([
      'lib/domain/drill/stages.ts',
      'lib/domain/drill/drill-state.ts',
      'lib/domain/drill/state-schema.ts',
    ]);
  });
});

describe('the guide to a sandbox kind', () => {
  test.each([...new Set(recoveryMethods.map(({ sandbox }) => sandbox))])(
    'names every file that knows the kind %s',
    (kind) => {
      const listed = pathsOf('A sandbox kind', 'kind', kind);
      const known = new RegExp(`(kind: |kind === |kind !== |sandbox: |literal\\()'${kind}'`);

      expect(unlisted(known, listed)).toEqual([]);
      expect(missing(listed)).toEqual([]);
      // Hosts are built where a door is composed, and by the commands that sweep.
      const builds = unlisted(new RegExp(`adapters/sandboxes/${kind}/`), [...listed, 'lib/cli/']);
      expect(builds).toEqual([]);
    },
  );
});

describe('the guide to a backup kind', () => {
  test.each([...new Set(recoveryMethods.map(({ backup }) => backup))])(
    'names every file that knows the kind %s',
    (kind) => {
      const listed = pathsOf('A backup kind', 'kind', kind);

      // The room of a recoverer is its own, and `logical` is a word of PostgreSQL's there (wal_level).
      const knowing = unlisted(new RegExp(`'${kind}'|\\b${kind}:`), listed);
      expect(knowing.filter((path) => !path.startsWith('lib/recovery/'))).toEqual([]);
      expect(missing(listed)).toEqual([]);
    },
  );
});
