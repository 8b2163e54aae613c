import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { noKeys } from '../../../lib/domain/config/index.ts';
import { keyPlacesOf, readKeys } from '../../../lib/runtimes/local/dump-keys.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-keys-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('the keys of encrypted dumps on this machine', () => {
  test('are the first line of a passphrase file and all of a key file', async () => {
    const places = keyPlacesOf(
      {
        decryptPassphraseFile: file('phrase', 'two words\nnot this\n'),
        decryptKeyFile: file('key', 'a\nb\n'),
      },
      noKeys,
      '.',
    );
    expect(await readKeys(places)).toEqual({ passphrase: 'two words', privateKey: 'a\nb\n' });
  });

  test('stand in variables, word for word', async () => {
    vi.stubEnv('DRILL_PHRASE', ' with blanks ');
    const places = keyPlacesOf({ decryptPassphraseEnv: 'DRILL_PHRASE' }, noKeys, '.');
    expect(await readKeys(places)).toEqual({ passphrase: ' with blanks ', privateKey: null });
  });

  test('stand in files beside drills.yaml, before which the command line goes', async () => {
    file('configured', 'configured');
    const decrypt = { ...noKeys, passphraseFile: 'configured' };
    expect((await readKeys(keyPlacesOf({}, decrypt, folder))).passphrase).toBe('configured');
    const given = { decryptPassphraseFile: file('given', 'given') };
    expect((await readKeys(keyPlacesOf(given, decrypt, folder))).passphrase).toBe('given');
  });

  test.each([
    ['an empty file', () => file('empty', '\n')],
    ['no file', () => join(folder, 'missing')],
    ['a folder', () => folder],
    ['a file that is no key', () => file('large', 'x'.repeat(300_000))],
  ])('are asked for by name when there is %s', async (_, path) => {
    const reading = readKeys(keyPlacesOf({ decryptKeyFile: path() }, noKeys, '.'));
    await expect(reading).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
      message: expect.stringContaining(folder),
    });
  });

  test('are asked for by name when the variable is not set', async () => {
    const reading = readKeys(keyPlacesOf({ decryptKeyEnv: 'DRILL_NO_SUCH' }, noKeys, '.'));
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('DRILL_NO_SUCH') });
  });
});
