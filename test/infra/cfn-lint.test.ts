import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleConfig } from './support/configs.ts';
import { synthesize } from './support/synth.ts';

// A second opinion from AWS's own Python linter, where it is installed. Older ones do not know properties that we use.
const oldest = [1, 58];
const command = process.env.CFN_LINT ?? 'cfn-lint';
const { stdout: says = '' } = spawnSync(command, ['--version'], { encoding: 'utf8' });
const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(says ?? '') ?? []).slice(1).map(Number);
const found = major > oldest[0]! || (major === oldest[0] && minor >= oldest[1]!);

describe('cfn-lint', () => {
  if (!found) {
    const instead = major === 0 ? 'is not installed' : `is ${major}.${minor}`;
    test.todo(`was NOT run: ${command} ${instead} (pip install cfn-lint==1.58.0, or set CFN_LINT)`);
    return;
  }

  test('finds no error and no warning in the template of five databases', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'restore-drill-lint-')), 'template.json');
    writeFileSync(path, JSON.stringify(synthesize(exampleConfig()).json));
    // W3005: the CDK writes out dependencies that CloudFormation would find by itself.
    const { status, stdout } = spawnSync(command, ['--ignore-checks', 'W3005', '--template', path], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
