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
export function once<Result>(make: () => Result): () => Result {
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

function install(folder: string, packages: readonly string[]): void {
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run(folder, 'npm', [...words, ...packages]);
}

/** As the clone has it. */
const pinned = (name: string): string => {
  const path = join('node_modules', name, 'package.json');
  return `${name}@${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`;
};

/** An empty folder into which the tarball was installed: for the command line alone. */
export const installed = once(() => {
  const folder = mkdtempSync(join(work, 'installed-'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }\n');
  install(folder, [tarball()]);
  return folder;
});

/** The same folder later, with what the construct asks for, and the example app beside it. */
export const installedWithCdk = once(() => {
  const folder = join(work, 'with-cdk');
  run('.', 'cp', ['-R', installed(), folder]);
  install(folder, ['aws-cdk-lib', 'constructs', 'typescript', '@types/node'].map(pinned));
  for (const name of ['app.ts', 'tsconfig.json']) cpSync(join('examples/cdk-app', name), join(folder, name));
  return folder;
});
