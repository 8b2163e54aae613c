import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleConfig } from './support/configs.ts';
import { synthesize } from './support/synth.ts';

/** The linter knows integrations of AWS's own partition only, and wants every substitution used. */
const inAwsItself = (template: string): string =>
  template
    .replaceAll(/arn:\$\{Partition\}:states:/g, 'arn:aws:states:')
    .replace('"Partition":{"Ref":"AWS::Partition"},', '');

test('cfn-lint finds no error and no warning in the template of five databases', { timeout: 300_000 }, () => {
  const program = process.env.CFN_LINT;
  if (program === undefined) throw new Error('CFN_LINT is not set: run npm run test:template');
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-lint-'));
  try {
    const path = join(folder, 'template.json');
    writeFileSync(path, inAwsItself(JSON.stringify(synthesize(exampleConfig()).json)));
    // W3005: the CDK writes out dependencies that CloudFormation would find by itself.
    const words = ['--ignore-checks', 'W3005', '--template', path];
    const { status, stdout } = spawnSync(program, words, { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
