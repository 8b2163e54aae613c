import { spawnSync } from 'node:child_process';
import { CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exitCodeOfError } from '../../../lib/cli/terminal/ending.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';

let told: string;
beforeEach(() => {
  told = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the exit code of', () => {
  test.each([
    ['wrong usage', new CommanderError(1, 'commander.unknownOption', 'unknown option'), 64],
    ['help that was asked for', new CommanderError(0, 'commander.help', ''), 0],
    ['a request that is not valid', new DrillError('REQUEST_INVALID', 'no'), 64],
    ['a configuration that is not valid', new DrillError('CONFIG_INVALID', 'no', { usage: true }), 64],
    ['a drill that could not begin', new DrillError('EVIDENCE_UNWRITABLE', 'no'), 2],
    ['a surprise', new TypeError('no'), 2],
    ['something thrown that is no error', 'no', 2],
  ])('%s is never 1', (_what, error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});

test('an error of ours is told with its hint, and nothing invisible in it', () => {
  exitCodeOfError(new DrillError('DUMP_NOT_FOUND', 'no \u202eevil', { hint: 'Look again.' }));
  expect(told).toBe('restore-drill: no \\u{202e}evil\nHINT: Look again.\n');
});

test('an error of the server is told without its words', () => {
  exitCodeOfError(Object.assign(new Error('relation "planted"'), { code: '42P01', severity: 'ERROR' }));
  expect(told).toContain('42P01');
  expect(told).not.toContain('planted');
});

describe('an error that nothing caught', () => {
  const program = (...words: string[]) =>
    spawnSync(process.execPath, ['scripts/run-ts.mjs', 'test/cli/terminal/surprised-program.ts', ...words], {
      encoding: 'utf8',
    });

  test.each(['exception', 'rejection'])('ends with 2 and its name, never with 1: %s', (kind) => {
    const { status, stderr } = program(kind);
    expect(status).toBe(2);
    expect(stderr).toContain('TypeError: a surprise');
  });

  test('lets a drill that runs seal its record first', () => {
    expect(program('exception', 'sealing')).toMatchObject({ status: 2, stdout: 'sealed' });
  });
});
