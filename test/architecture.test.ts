import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileCircles, folderCircles } from './support/import-circles.ts';

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

/** What the domain may import from outside: pure functions for schemas, for the layout of text and for plots. */
const pureImports = new Set([
  'zod',
  'yaml',
  'string-width',
  'cli-truncate',
  'fast-wrap-ansi',
  'd3-array',
  'd3-shape',
  'd3-time',
]);
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

/** The files of ours that a file imports, as paths from the root. */
const targetsOf = (file: string): string[] =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => relative(root, resolve(root, dirname(file), target)));

const layerOf = (path: string): number => layers.findIndex(([, holds]) => holds(path));

const files = ['lib', 'bin', 'lambdas', 'containers']
  .filter((folder) => readdirSync(root).includes(folder))
  .flatMap(sourceFiles);

/** The infrastructure stands beside the layers: it is run at synth and never by a drill. */
const infra = files.filter((file) => /^(lib\/(infra|cdk)\/|bin\/app\.ts$)/.test(file));
const layered = files.filter((file) => !infra.includes(file));

describe('the layers', () => {
  test('every source file belongs to one', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(layered.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  test('the infrastructure sees names, schemas and the definition, never running code', () => {
    const running = infra.flatMap((file) =>
      targetsOf(file)
        .filter(
          (target) =>
            !/^(lib\/(infra|cdk|domain|contract|machine)\/|package\.json$|cdk\.json$|scripts\/commit\.mjs$)/.test(
              target,
            ),
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(infra.length).toBeGreaterThan(10);
    expect(running).toEqual([]);
  });

  test('the construct of the package reaches nothing that builds, and not the folder it is started in', () => {
    const reached = new Set<string>();
    const reach = (file: string): void => {
      if (reached.has(file) || !file.endsWith('.ts')) return;
      reached.add(file);
      targetsOf(file).forEach(reach);
    };
    reach('lib/cdk/index.ts');
    expect(reached).toContain('lib/infra/drill-system.ts');
    expect([...reached].filter((file) => file.startsWith('lib/infra/app/'))).toEqual([]);
    const building = [...reached].filter((file) =>
      /'(esbuild|cdk-nag)'|process\.cwd\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(building).toEqual([]);
  });

  test('nothing that runs imports the infrastructure or its library', () => {
    const built = layered.flatMap((file) =>
      importsOf(file)
        .filter((target) => /infra\/|cdk\/|^aws-cdk-lib|^constructs$/.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(built).toEqual([]);
  });

  test('import only from the left', () => {
    const upward = layered.flatMap((file) =>
      targetsOf(file)
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

  test('keep the words of the cloud that sandboxes are made in to the room of that kind of sandbox', () => {
    const room = 'lib/domain/sandbox/rds/';
    // By file, each with its reason: what a user reads or writes about an account of AWS is in the words of AWS.
    const reasons = new Map([
      ['lib/domain/config/account.ts', 'describes the settings of a deployment in AWS'],
      [
        'lib/domain/config/database.ts',
        'describes the settings of instances and containers in AWS, and their limits',
      ],
      [
        'lib/domain/config/production.ts',
        'describes the settings of the instance that a real restore leaves',
      ],
      ['lib/domain/config/schedule.ts', 'says that drills run by themselves in AWS, and where'],
      ['lib/domain/drill/request.ts', 'tells who asks for a real restore where it ends'],
      ['lib/domain/findings/catalogue/recovering.ts', 'tells the user of a finding where to look'],
      ['lib/domain/recovery/policy-rules.ts', 'tells what of a dump its master may not restore there'],
      ['lib/domain/sandbox/methods.ts', 'says where a real restore ends'],
      ['lib/domain/config/database-name.ts', 'takes its limit from the names of instances'],
      ['lib/domain/extensions/known-extensions.ts', 'tells the user which extensions RDS offers'],
      ['lib/domain/findings/catalogue/restoring.ts', 'tells the user of a finding where to look'],
      ['lib/domain/findings/catalogue/sandbox.ts', 'tells the user of a finding where to look'],
    ]);
    const cloud = /\b(RDS|ECS|AmazonECS|Fargate|ARNs?)\b/;
    const speaking = files
      .filter((file) => file.startsWith('lib/domain/') && !file.startsWith(room))
      .filter((file) => cloud.test(readFileSync(join(root, file), 'utf8')));
    expect(speaking.sort()).toEqual([...reasons.keys()].sort());
    // The names of two kinds of thing stand elsewhere: a kind of sandbox (`rds`), and the field `secretArn` of documents
    // and records that are kept for years.
    const identifiers = files
      .filter((file) => file.startsWith('lib/domain/') && !file.startsWith(room))
      .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\b\w*Arn\b/g)])
      .map(([name]) => name);
    expect(new Set(identifiers)).toEqual(new Set(['secretArn']));
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

describe('circles of imports', () => {
  const graph = new Map(files.map((file) => [file, targetsOf(file)]));

  test('the graph knows every file and the way from the program to its commands', () => {
    expect(graph.size).toBe(files.length);
    expect(graph.get('lib/cli/program.ts')).toContain('lib/cli/commands/run.ts');
  });

  test('are found among files and among folders, with the imports to blame', () => {
    const drawn = new Map([
      ['a/one.ts', ['a/two.ts', 'b/three.ts']],
      ['a/two.ts', ['a/one.ts']],
      ['b/three.ts', []],
      ['b/four.ts', ['a/two.ts']],
      ['c/five.ts', ['a/one.ts', 'b/four.ts']],
    ]);
    expect(fileCircles(drawn)).toEqual([
      {
        members: ['a/one.ts', 'a/two.ts'],
        imports: ['a/one.ts imports a/two.ts', 'a/two.ts imports a/one.ts'],
      },
    ]);
    expect(folderCircles(drawn)).toEqual([
      { members: ['a', 'b'], imports: ['a/one.ts imports b/three.ts', 'b/four.ts imports a/two.ts'] },
    ]);
  });

  test('do not exist among files', () => {
    expect(fileCircles(graph)).toEqual([]);
  });

  test('do not exist among folders', () => {
    expect(folderCircles(graph)).toEqual([]);
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
      'lib/domain/recovery/policy-rules.ts',
      'lib/domain/findings/finding-registry.ts',
      // Generated from the schema.
      'lib/cdk/drills-file.ts',
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
