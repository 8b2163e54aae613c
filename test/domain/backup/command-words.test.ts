import { describe, expect, test } from 'vitest';
import { filledWords, splitWords, unknownPlaceholders } from '../../../lib/domain/backup/command-words.ts';

describe('the words of a command', () => {
  test.each<[string, string[] | null]>([
    ['wal-g wal-fetch {file} {path}', ['wal-g', 'wal-fetch', '{file}', '{path}']],
    ['  a   b\t c ', ['a', 'b', 'c']],
    [`sh -c 'cp "$1" x' _ {file}`, ['sh', '-c', 'cp "$1" x', '_', '{file}']],
    ['a "b c"d', ['a', 'b cd']],
    ["a '' b", ['a', '', 'b']],
    ['a $HOME | b > c; d \\ e', ['a', '$HOME', '|', 'b', '>', 'c;', 'd', '\\', 'e']],
    ["a 'b", null],
    ['', []],
  ])('%j are %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  test('take what is put into them as it is: nothing of it is split, filled or read again', () => {
    const strange = 'a b; $(reboot) {path} \'"';
    expect(
      filledWords(['x', '--set={backup}', '{file}{path}'], { backup: strange, file: 'f', path: '/p' }),
    ).toEqual(['x', `--set=${strange}`, 'f/p']);
  });

  test('name placeholders that nobody fills', () => {
    expect(unknownPlaceholders(['{file}', '{fiel}', '{HOME}', '{ print }'], ['file'])).toEqual([
      '{fiel}',
      '{HOME}',
    ]);
  });
});
