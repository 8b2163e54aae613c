import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const work = mkdtempSync(join(tmpdir(), 'restore-drill-package-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const run = (folder: string, command: string, words: string[]): string =>
  execFileSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });

/** Runs something once, whichever test asks first. */
function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | null = null;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}

/**
 * The tarball of `npm pack`, made of what git knows in a folder beside: in the clone itself other tests run what a build
 * would replace.
 */
export const tarball = once((): string => {
  const clone = join(work, 'clone');
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  for (const file of run('.', 'git', words).split('\0').filter(Boolean)) {
    mkdirSync(join(clone, dirname(file)), { recursive: true });
    cpSync(file, join(clone, file), { force: false });
  }
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  const name = run(clone, 'npm', ['pack', '--silent', '--pack-destination', work]).trim().split('\n').at(-1);
  return join(work, name ?? '');
});

/** An empty folder into which the tarball was installed, with further packages as the clone has them. */
function installedWith(packages: string[]): string {
  const folder = mkdtempSync(join(work, 'installed-'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }\n');
  const pinned = packages.map((name) => `${name}@${versionOf(name)}`);
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run(folder, 'npm', [...words, tarball(), ...pinned]);
  return folder;
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;

/** For the command line alone. */
export const installed = once(() => installedWith([]));

/** With what the construct asks for, and the example app beside it. */
export const installedWithCdk = once(() => {
  const folder = installedWith(['aws-cdk-lib', 'constructs', 'typescript', '@types/node']);
  for (const name of ['app.ts', 'tsconfig.json']) cpSync(join('examples/cdk-app', name), join(folder, name));
  return folder;
});
