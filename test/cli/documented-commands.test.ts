import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../lib/cli/program.ts';

const root = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'cli.md')
    .map((name) => `docs/${name}`),
];
const program = buildProgram(() => {});

/** Every command that a document tells its reader to type: whole lines of its blocks, and what stands in backticks. */
function commandsIn(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8');
  const blocks = [...text.matchAll(/^```(?:sh|text)\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  const inBlocks = blocks.flatMap((block) =>
    [...block.matchAll(/^(?:npx )?restore-drill [a-z].*$/gm)].map(([line]) => line),
  );
  const inline = [...text.matchAll(/`((?:npx )?restore-drill [a-z][^`]*)`/g)].map((match) => match[1] ?? '');
  return [...inBlocks, ...inline].flatMap((line) =>
    line
      .replace(/ {2,}.*$/, '')
      .replace(/ #.*$/, '')
      .split('&&')
      .map((command) => command.trim()),
  );
}

const parse = (line: string): { command: Command | undefined; words: string[] } => {
  // What follows -- is another program's.
  const own = line.replace(/\s--(\s.*)?$/, '');
  const [name, ...words] = own.replace(/^(npx )?restore-drill\s+/, '').split(/\s+/);
  return { command: program.commands.find((command) => command.name() === name), words };
};

/** Commands that look at this machine unless they are told otherwise. */
const turnsToAccount = (command: Command): boolean =>
  command.options.some(({ long, hidden }) => long === '--aws' && !hidden);

describe('a command that a document tells its reader to type', () => {
  test('is found by this test in the README and the runbook', () => {
    expect(commandsIn('README.md').length).toBeGreaterThan(8);
    expect(commandsIn('docs/runbook.md').length).toBeGreaterThan(8);
  });

  test.each(documents)('exists with the options it is given: %s', (document) => {
    for (const line of commandsIn(document)) {
      const { command, words } = parse(line);
      expect(command, line).toBeDefined();
      const known = command!.options.flatMap(({ long, short }) => [long, short]);
      for (const word of words.filter((one) => one.startsWith('-') && one.length > 1))
        expect(known, `${line}: ${word}`).toContain(word.replace(/=.*$/, ''));
      const most = command!.registeredArguments.length;
      if (most === 0 && words.length > 0) expect(words[0], line).toMatch(/^-/);
    }
  });

  test('looks into the account where the runbook means the account', () => {
    for (const line of commandsIn('docs/runbook.md')) {
      const { command, words } = parse(line);
      if (turnsToAccount(command!)) expect(words, line).toContain('--aws');
    }
  });
});

test('no command speaks in its help of an option that it does not have', () => {
  for (const command of program.commands) {
    const known = command.options.flatMap(({ long, short }) => [long, short]);
    for (const { description, flags } of command.options) {
      const named = [...description.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option);
      expect(
        named.filter((option) => !known.includes(option)),
        `${command.name()} ${flags}`,
      ).toEqual([]);
    }
  }
});
