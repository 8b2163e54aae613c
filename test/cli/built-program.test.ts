import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtCommandLine, type CommandLine, type Ended, Running } from '../e2e/support/command-line.ts';

let program: CommandLine;
const cwd = mkdtempSync(join(tmpdir(), 'restore-drill-built-'));

beforeAll(async () => {
  program = await builtCommandLine();
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** No credentials, and no way to find any: what is refused must be refused before AWS is asked. */
const env = { PATH: process.env.PATH, HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true' };
const ran = (words: string): Promise<Ended> =>
  new Running(program.file, words.split(' '), { env, cwd }).ended;

describe('the built program', () => {
  test.each([
    ['start shop --mode nonsense', 'Allowed choices are drill, restore'],
    ['start shop --at yesterday', 'is not a moment like 2026-11-18T03:00:00Z'],
    ['start shop --confirm', "option '--confirm <database>' argument missing"],
    ['approve', "missing required argument 'drill'"],
    ['report', 'no drill was named'],
    ['report x --format pdf', 'Allowed choices are'],
    ['watch one two', "too many arguments for 'watch'"],
    ['watch --nonsense', "unknown option '--nonsense'"],
    ['sweep --aws', 'deletes RDS instances'],
    ['sweep --aws --drill x --yes', '--drill is for sandboxes of this machine'],
    ['list --aws --from .', '--from is for drills on this machine'],
  ])('calls "%s" wrong usage', async (words, message) => {
    const { code, stdout, stderr } = await ran(words);

    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([64, '']);
  });

  test.each([
    ['start shop', 'no AWS region is set', '--region'],
    ['history --aws --region eu-west-1', 'there are no AWS credentials', '--profile'],
    ['watch --region eu-west-1 --profile nobody', 'there are no AWS credentials', 'aws sso login'],
  ])('says what "%s" lacks', async (words, message, hint) => {
    const { code, stdout, stderr } = await ran(words);

    expect(stderr).toContain(`restore-drill: ${message}`);
    expect(stderr).toMatch(new RegExp(`HINT: .*${hint}`));
    expect([code, stdout]).toEqual([2, '']);
  });

  test('shows the usage of every command against an account', async () => {
    for (const command of ['start', 'watch', 'approve', 'report', 'history', 'doctor'])
      expect((await ran(`${command} --help`)).stdout).toMatch(/--stack <name>[\s\S]*--profile <name>/);
  });
});
