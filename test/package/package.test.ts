import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { makeDrillApp } from '../../lib/infra/app/drill-app.ts';
import { cdkContext } from '../infra/support/synth.ts';
import { installed, installedWithCdk, once, tarball } from './support/installed-package.ts';

const largestPackageBytes = 6_000_000;
const dump = 'node_modules/restore-drill/examples/shop_20261120T020000Z.sql.gz';
const timeout = 600_000;

const node = (folder: string, words: string[], environment: Record<string, string> = {}) =>
  spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
  });

/** Runs a program that a package of the clone brings. */
const program = (path: string, words: string[]) =>
  spawnSync(process.execPath, [resolve('node_modules', path), ...words], { encoding: 'utf8' });

/** The example app, and beside it what the compiler must refuse, compiled at once. */
const compiled = once(() => {
  const folder = installedWithCdk();
  writeFileSync(
    join(folder, 'misuse.ts'),
    `import { App, Stack } from 'aws-cdk-lib';
import { RestoreDrill } from 'restore-drill/cdk';
const stack = new Stack(new App(), 'S');
new RestoreDrill(stack, 'A', { drills: { databases: { shop: { sauce: { bucket: 'b' } } } } });
new RestoreDrill(stack, 'B', { drills: 'drills.yaml', processor: 'mips' });
new RestoreDrill(stack, 'C', { drills: { databases: { shop: { checks: [{ rowz: {} }] } } } });
new RestoreDrill(stack, 'D', {});
`,
  );
  const both = { extends: './tsconfig.json', files: ['app.ts', 'misuse.ts'] };
  writeFileSync(join(folder, 'both.json'), JSON.stringify(both));
  const words = ['node_modules/typescript/bin/tsc', '--pretty', 'false', '--project', 'both.json'];
  return { folder, said: node(folder, words).stdout };
});

const templateIn = (folder: string, stack: string) =>
  JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8')) as {
    Resources: Record<string, { Type: string }>;
    Outputs: Record<string, unknown>;
  };

/** A template whose policies list actions and resources in one order, each once: the CDK sorts them by a flag of the app. */
function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) =>
      ['Action', 'Resource', 'NotResource'].includes(key)
        ? [key, [...new Set([one].flat().map((each) => JSON.stringify(each)))].toSorted()]
        : [key, withoutOrder(one)],
    ),
  );
}

describe('the package', { timeout }, () => {
  test('is a download of at most 6 MB', () => {
    expect(statSync(tarball()).size).toBeLessThan(largestPackageBytes);
  });

  test('is what publint expects of a package', () => {
    const { status, stdout } = program('publint/src/cli.js', ['run', tarball(), '--strict']);
    expect(stdout).toContain('All good!');
    expect(status).toBe(0);
  });

  test('has types that importers of every kind find (are the types wrong?)', () => {
    const { status, stdout } = program('@arethetypeswrong/cli/dist/index.js', [tarball(), '--no-emoji']);
    expect(stdout).toContain('No problems found');
    expect(status).toBe(0);
  });

  test('holds its licence, those of the code in its bundles, and nothing that only a clone needs', () => {
    const folder = join(installed(), 'node_modules/restore-drill');
    expect(readdirSync(folder).toSorted()).toEqual([
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'THIRD-PARTY-LICENSES.txt'],
      ...['cdk', 'dist', 'docs', 'examples', 'package.json'],
    ]);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.endsWith('.map'))).toEqual([]);
    const licences = readFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['openpgp', 'aws-local-stepfunctions', 'zod', 'yaml', '@smithy/core'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});

describe('the command line, installed into an empty folder', { timeout }, () => {
  test('comes without the CDK, and says its version', () => {
    const modules = join(installed(), 'node_modules');
    for (const name of ['aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag'])
      expect(existsSync(join(modules, name)), name).toBe(false);
    const { stdout } = spawnSync('npx', ['--no-install', 'restore-drill', '--version'], {
      cwd: installed(),
      encoding: 'utf8',
    });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(stdout.trim()).toBe(version);
  });

  test('drills a dump with nothing but what was installed', () => {
    const words = ['node_modules/.bin/restore-drill', 'run', '--dump', dump, '--json'];
    const { status, stdout, stderr } = node(installed(), words);
    expect(stderr).not.toContain('Cannot find');
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'PROVEN' });
    expect(status).toBe(0);
  });

  test('has beside it whatever any of its commands may load', () => {
    const dist = join(installed(), 'node_modules/restore-drill/dist');
    const from = createRequire(join(dist, 'restore-drill.js'));
    const loaded = readdirSync(dist).flatMap((file) =>
      [
        ...readFileSync(join(dist, file), 'utf8').matchAll(
          /^(?:import|\} from) .*?"([^".][^"]*)";$|import\("([^".]+)"\)/gm,
        ),
      ].map((match) => match[1] ?? match[2] ?? ''),
    );
    const packages = [...new Set(loaded)].filter((name) => !isBuiltin(name));
    expect(packages.length).toBeGreaterThan(15);
    for (const name of packages) expect(() => from.resolve(name), name).not.toThrow();
  });

  test('tells who imports the construct what is missing', () => {
    const { status, stderr } = node(installed(), ['-e', "require('restore-drill/cdk')"]);
    expect(status).toBe(1);
    expect(stderr).toContain("Cannot find module 'aws-cdk-lib'");
  });
});

describe('the construct, beside the CDK', { timeout }, () => {
  test('is shown by an example that names the versions which are tested here', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>> & { version: string };
    const ours = read('package.json');
    const example = read('examples/cdk-app/package.json');
    const tested = { ...ours.devDependencies, 'restore-drill': ours.version };
    expect(tested).toMatchObject({ ...example.dependencies, ...example.devDependencies });
  });

  test('lets the example app pass the compiler, and refuses misspelt keys and wrong values in the editor', () => {
    // What belongs to a line before is indented.
    const places = compiled().said.match(/^\S[^(:]*(\(\d+)?/gm);
    expect(places).toEqual(['4', '5', '6', '7'].map((line) => `misuse.ts(${line}`));
  });

  test('lets the example app synthesize, without esbuild', () => {
    const { folder } = compiled();
    const { status, stderr } = node(folder, ['out/app.js'], { CDK_OUTDIR: join(folder, 'cdk.out') });

    expect(stderr).toContain('drilled by schedule: shop (0 3 1 * ? *)');
    expect(status).toBe(0);
    const { Resources, Outputs } = templateIn(join(folder, 'cdk.out'), 'Backups');
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(
      readdirSync('lambdas').length,
    );
    expect(types).toContain('AWS::SNS::Subscription');
    // The names by which the command line finds its way, whatever the construct is called.
    expect(Outputs).toHaveProperty('StateMachineArn');
    expect(existsSync(join(folder, 'node_modules/esbuild'))).toBe(false);
  });

  const drills = resolve('examples/drills.yaml');

  /**
   * What a module of ECMAScript synthesizes with the package, in apps like the clone's, one with each context; and whether CommonJS
   * gives it the same class.
   */
  const byPackage = once(() => {
    const folder = installedWithCdk();
    const contexts = { ours: cdkContext, bare: {} };
    const script = `import { createRequire } from 'node:module';
import { App, Stack } from 'aws-cdk-lib';
import { RestoreDrill } from 'restore-drill/cdk';
for (const [outdir, context] of Object.entries(${JSON.stringify(contexts)})) {
  const app = new App({ context, outdir });
  const stack = new Stack(app, 'restore-drill', { description: 'restore-drill: proves PostgreSQL backups by restoring them' });
  new RestoreDrill(stack, 'Default', { drills: ${JSON.stringify(drills)} });
  app.synth();
}
process.stdout.write(String(createRequire(import.meta.url)('restore-drill/cdk').RestoreDrill === RestoreDrill));`;
    const { status, stdout, stderr } = node(folder, ['--input-type=module', '-e', script]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const ofContext = (name: keyof typeof contexts) => templateIn(join(folder, name), 'restore-drill');
    return { isOneClass: stdout, ours: ofContext('ours'), bare: ofContext('bare') };
  });

  const byClone = once(() => {
    const app = new App({ context: { ...cdkContext, config: drills } });
    makeDrillApp(app);
    return templateIn(app.synth().directory, 'restore-drill');
  });

  test('is one class for importers of ES modules and of CommonJS', () => {
    expect(byPackage().isOneClass).toBe('true');
  });

  test('deploys the very template that the clone deploys, functions, image and all', () => {
    expect(byPackage().ours).toEqual(byClone());
    expect(JSON.stringify(byPackage().ours)).toContain('container-assets');
  });

  test('means the same in an app with none of our feature flags', () => {
    expect(withoutOrder(byPackage().bare)).toEqual(withoutOrder(byClone()));
  });
});
