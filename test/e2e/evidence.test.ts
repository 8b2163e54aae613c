import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../support/repository-root.ts';
import { builtCommandLine, type CommandLine } from './support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'restore-drill-evidence-'));
const state = join(folder, 'state');
const out = join(folder, 'out');
const dump = join(repositoryRoot, 'examples/shop_20261120T020000Z.sql.gz');
let program: CommandLine;
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function restoreDrill(words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program.file, ...words], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

beforeAll(async () => {
  program = await builtCommandLine();
  expect(restoreDrill(['keys', 'init', '--state-dir', state]).code).toBe(0);
  const drilled = restoreDrill(['run', '--dump', dump, '--state-dir', state, '--out', out]);
  expect(drilled.code).toBe(0);
});

test('a drill of a machine with a key is verified from its folder by whoever has the public half', () => {
  expect(statSync(join(state, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  const key = join(folder, 'handed-on.pem');
  writeFileSync(key, restoreDrill(['keys', 'show', '--state-dir', state]).stdout);
  const verified = restoreDrill(['verify', out, '--key', key, '--state-dir', join(folder, 'none')]);
  expect(verified.stdout).toContain('1 drill verified.');
  expect(verified.code).toBe(0);
  expect(restoreDrill(['verify', '--state-dir', state]).code).toBe(0);
});

test('one letter of its report is told, and a second key is not made over the first', () => {
  const report = join(out, 'report.md');
  writeFileSync(report, readFileSync(report, 'utf8').replace('PROVEN', 'PR0VEN'));
  const verified = restoreDrill(['verify', out, '--state-dir', state]);
  expect(verified.stdout).toContain('report altered: report.md');
  expect(verified.code).toBe(1);
  const again = restoreDrill(['keys', 'init', '--state-dir', state]);
  expect(again.stderr).toContain('there is a key already');
  expect(again.code).toBe(64);
});
