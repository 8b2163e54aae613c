import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readRecipe, stageOf, textOf, wordsOf } from '../emulator/support/recipe.ts';

const stages = readRecipe(readFileSync('containers/cli/Dockerfile', 'utf8'));
const image = stageOf(stages);
const restoreImage = readRecipe(readFileSync('containers/restore/Dockerfile', 'utf8'));
const imageOf = ({ text }: { text: string }): string => text.split(' ')[0] ?? '';

describe('the recipe of the image with the command line', () => {
  test('stands on the very base of the restore image, pinned by its digest', () => {
    const [base] = restoreImage.filter(({ name }) => name === 'FROM').map(imageOf);
    expect(base).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(new Set(stages.filter(({ name }) => name === 'FROM').map(imageOf))).toEqual(new Set([base]));
  });

  test('takes from elsewhere what Debian signs and the lock file pins, and nothing else', () => {
    const runs = stages.filter(({ name }) => name === 'RUN').map(({ text }) => text);
    expect(runs.join()).toContain('npm ci ');
    expect(runs.join()).not.toMatch(/curl|wget|npm install|npx|\blatest\b/);
    expect(stages.filter(({ name }) => name === 'ADD')).toEqual([]);
  });

  test('ends as a user without a shell, and as a process that passes on signals', () => {
    expect(textOf(image, 'USER')).toBe('10001:10001');
    expect(wordsOf(image, 'ENTRYPOINT')).toEqual(['tini', '--', 'node', '/app/dist/restore-drill.js']);
    expect(wordsOf(image, 'VOLUME')).toEqual(['/tmp', '/var/lib/restore-drill']);
  });

  test('is sent nothing but what it copies', () => {
    const ignored = readFileSync('containers/cli/Dockerfile.dockerignore', 'utf8').trim().split('\n');
    const copied = stages
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .map(({ text }) => `!${text.split(' ')[0]?.replace(/\/$/, '')}`);
    expect(ignored).toEqual(['*', ...copied]);
  });
});
