import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleProblems } from '../../lib/infra/app/bundle-problems.ts';
import { cloneFunctions, type ToldFunction } from '../../lib/infra/app/clone-parts.ts';
import { lambdaPlaceholders } from '../../lib/machine/definition.ts';
import { bundleLambdas } from '../support/built-parts.ts';

let outdir: string;
let bundles: ToldFunction[];
let folders: Record<string, string>;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'restore-drill-bundles-'));
  folders = bundleLambdas(outdir, { databases: { shop: {} }, aws: null });
  bundles = cloneFunctions();
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const doors = readdirSync('lambdas').map((file) => basename(file, '.ts'));

describe('the functions', () => {
  test('are one for each Lambda of the machine, and the guards', () => {
    const guards = ['answer-approval', 'clean-up-after-abort', 'sweep', 'watch'];
    const expected = [...Object.keys(lambdaPlaceholders).map(kebab), ...guards].sort();

    expect(bundles.map(({ name }) => name)).toEqual(expected);
  });

  test.each(doors)('%s is a door of 40 lines at most', (name) => {
    expect(readFileSync(`lambdas/${name}.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  test.each(doors)('%s can be imported from its bundle alone, with the configuration beside it', (name) => {
    const folder = join(outdir, name);
    const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)});
process.stdout.write(typeof handler);`;

    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      env: {},
      encoding: 'utf8',
    });

    expect(stderr).toBe('');
    expect(stdout).toBe('function');
    expect(readFileSync(join(folder, 'drills.json'), 'utf8')).toBe('{"databases":{"shop":{}},"aws":null}');
  });

  test('have the certificates of RDS beside them, in PEM, some for every region', () => {
    const pem = readFileSync(join(outdir, 'run-check', 'rds-global-bundle.pem'), 'utf8');
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const subjects = certificates.map((certificate) => new X509Certificate(certificate).subject);

    expect(subjects.length).toBeGreaterThan(80);
    for (const region of ['us-east-1', 'eu-west-1', 'ap-southeast-2'])
      expect(subjects.some((subject) => subject.includes(`RDS ${region} Root CA RSA2048 G1`))).toBe(true);
  });

  test('hold the parser of PostgreSQL only where plain dumps are read, with its code beside them', () => {
    const withParser = bundles.filter(({ packages }) => packages.includes('node_modules/libpg-query'));

    expect(withParser.map(({ name }) => name)).toEqual(['select-dump', 'try-older-dump']);
    const beside = Object.keys(folders).filter((name) =>
      existsSync(join(folders[name] ?? '', 'libpg-query.wasm')),
    );
    expect(beside).toEqual(['select-dump', 'try-older-dump']);
  });

  test('hold the database driver only where SQL is spoken', () => {
    const withDriver = bundles.filter(({ packages }) => packages.includes('node_modules/pg'));

    expect(withDriver.map(({ name }) => name)).toEqual(['prepare-hand-over', 'run-check']);
  });

  // Half a megabyte of EC2's schemas for one command: lib/infra/app/lean-schemas.ts.
  test('hold of a client what their commands need', () => {
    const cleanUp = bundles.find(({ name }) => name === 'clean-up-after-abort');

    expect(cleanUp?.packages).toContain('node_modules/@aws-sdk/client-ec2');
    expect(cleanUp?.bytes).toBeLessThan(1.6 * 1024 * 1024);
  });

  test('are refused when one is too large, or holds CDK, native code or an SDK package twice', () => {
    const bundle = {
      name: 'x',
      bytes: 3_000_000,
      packages: [
        'node_modules/aws-cdk-lib',
        'node_modules/lz4-napi',
        'node_modules/@aws-sdk/client-s3',
        'node_modules/other/node_modules/@aws-sdk/client-s3',
      ],
    };

    expect(bundleProblems(bundle)).toEqual([
      'x has 2930 kB; 2048 are allowed',
      'x holds @aws-sdk/client-s3 twice',
      'x holds aws-cdk-lib',
      'x holds lz4-napi',
    ]);
  });
});
