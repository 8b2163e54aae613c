import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const importPattern =
  /^\s*(?:import|export)\s(?:[^'"]*?from\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** Layers from left to right: each may import from itself and from the left. */
const layers: [string, (path: string) => boolean][] = [
  ['domain', (path) => path.startsWith('lib/domain/')],
  ['contract', (path) => path.startsWith('lib/contract/')],
  ['ports', (path) => path.startsWith('lib/ports/')],
  ['machine', (path) => path.startsWith('lib/machine/')],
  ['recovery', (path) => path.startsWith('lib/recovery/')],
  ['steps', (path) => path.startsWith('lib/steps/')],
  ['adapters', (path) => path.startsWith('lib/adapters/')],
  ['runtimes', (path) => path.startsWith('lib/runtimes/')],
  ['cli', (path) => path.startsWith('lib/cli/')],
  ['doors', (path) => /^(bin|lambdas|containers)\//.test(path)],
];

/** What the domain may import from outside: pure functions for schemas and for the layout of text. */
const pureImports = new Set(['zod', 'yaml', 'string-width', 'cli-truncate', 'wrap-ansi']);
const effects =
  /^(node:(fs|net|child_process|http|https|os|process|timers|stream|crypto|worker_threads)|pg|pg-copy-streams|@aws-sdk\/)/;

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '');
}

const layerOf = (path: string): number => layers.findIndex(([, holds]) => holds(path));

const files = ['lib', 'bin', 'lambdas', 'containers']
  .filter((folder) => readdirSync(root).includes(folder))
  .flatMap(sourceFiles);

/** The infrastructure stands beside the layers: it is run at synth and never by a drill. */
const infra = files.filter((file) => file.startsWith('lib/infra/') || file === 'bin/app.ts');
const layered = files.filter((file) => !infra.includes(file));

describe('the layers', () => {
  test('every source file belongs to one', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(layered.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  test('the infrastructure sees names, schemas and the definition, never running code', () => {
    const running = infra.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(root, dirname(file), target)))
        .filter((target) => !/^lib\/(infra|domain|contract|machine)\//.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(infra.length).toBeGreaterThan(10);
    expect(running).toEqual([]);
  });

  test('nothing that runs imports the infrastructure or its library', () => {
    const built = layered.flatMap((file) =>
      importsOf(file)
        .filter((target) => /infra\/|^aws-cdk-lib|^constructs$/.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(built).toEqual([]);
  });

  test('import only from the left', () => {
    const upward = layered.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(root, resolve(root, dirname(file), target)))
        .filter((target) => layerOf(target) > layerOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  test('keep the domain pure: no database, no file, no SDK, no clock', () => {
    const impure = files
      .filter((file) => file.startsWith('lib/domain/'))
      .flatMap((file) => {
        const outside = importsOf(file).filter(
          (target) => !target.startsWith('.') && !pureImports.has(target),
        );
        const text = readFileSync(join(root, file), 'utf8');
        const clock = /\bDate\.now\(|new Date\(\)|Math\.random\(|process\.(env|cwd|hrtime)/.test(text)
          ? ['reads the clock, chance or the process']
          : [];
        return [...outside.map((target) => `imports ${target}`), ...clock].map(
          (problem) => `${file} ${problem}`,
        );
      });
    expect(impure).toEqual([]);
  });

  test('keep steps and ports free of SDKs, databases and files', () => {
    const impure = files
      .filter((file) => /^lib\/(steps|machine)\//.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => effects.test(target))
          .map((target) => `${file} imports ${target}`),
      );
    expect(impure).toEqual([]);
  });
});

test('the SQL parser is loaded in one place, which keeps it small', () => {
  const loading = files.filter((file) =>
    /^import (?!type\b).*'libpg-query'|await import\('libpg-query'\)/m.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  );
  expect(loading).toEqual(['lib/recovery/logical/dump/sql-parser.ts']);
});

describe('the files', () => {
  test('stay readable: none above 300 lines', () => {
    // Tables of data: splitting them would only scatter what belongs side by side.
    const tables = new Set([
      'lib/recovery/logical/policy/rules.ts',
      'lib/domain/findings/finding-registry.ts',
    ]);
    const long = files
      .filter((file) => !tables.has(file))
      .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });

  test('are named for what they hold', () => {
    expect(
      files.filter((file) => /(^|\/|-)(utils?|helpers?|managers?|misc|common)(-|\.|\/)/.test(file)),
    ).toEqual([]);
  });
});
