import { gzipSync } from 'node:zlib';
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { sampleDump } from '../../logical/reading/support/compressed-samples.ts';
import { opened } from '../../logical/reading/support/opening.ts';

const passphrase = 'an example, no secret';
/** Several blocks of 64 KiB. */
const content = Buffer.concat([Buffer.from(sampleDump), Buffer.from('\n'.repeat(200_000))]);
let identity: string;
let other: string;
let forKey: Buffer;
let forPassphrase: Buffer;

beforeAll(async () => {
  identity = await generateX25519Identity();
  other = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  forKey = Buffer.from(await encrypter.encrypt(content));
  const byPhrase = new Encrypter();
  byPhrase.setPassphrase(passphrase);
  byPhrase.setScryptWorkFactor(10);
  forPassphrase = Buffer.from(await byPhrase.encrypt(gzipSync(sampleDump)));
});

describe('a dump that age encrypted', () => {
  test('for a key is read with the identity file that age-keygen writes', async () => {
    const privateKey = `# created: 2026-11-20\n# public key: age1…\n${identity}\n`;
    expect(await opened(forKey, { privateKey })).toEqual({
      wrappings: ['age'],
      rows: 300,
      error: null,
      message: '',
    });
  });

  test('is read with one identity of several', async () => {
    expect((await opened(forKey, { privateKey: `${other}\n${identity}\n` })).error).toBeNull();
  });

  test('with a passphrase is read with it', async () => {
    expect(await opened(forPassphrase, { passphrase })).toMatchObject({
      wrappings: ['age', 'gzip'],
      rows: 300,
    });
  });

  test.each(['\n', '\r\n'])('is read in armor with line ends %j', async (end) => {
    const text = Buffer.from(armor.encode(forKey).replaceAll('\n', end));
    expect(await opened(text, { privateKey: identity }, 77)).toMatchObject({ wrappings: ['age'], rows: 300 });
  });

  test('without a key, or with one of another kind, is encrypted and nothing worse', async () => {
    const missing = await opened(forKey, { passphrase });
    expect(missing).toMatchObject({ error: 'DUMP_ENCRYPTED', message: expect.stringContaining('identity') });
    expect(await opened(forPassphrase, { privateKey: identity })).toMatchObject({
      error: 'DUMP_ENCRYPTED',
      message: expect.stringContaining('passphrase'),
    });
  });

  test('for another key could not be decrypted, and no key is shown', async () => {
    for (const privateKey of [
      other,
      'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQ',
      'a secret of another kind',
    ]) {
      const outcome = await opened(forKey, { privateKey });
      expect(outcome.error).toBe('DECRYPTION_FAILED');
      expect(outcome.message).not.toMatch(/QQQ|a secret/);
    }
    expect((await opened(forPassphrase, { passphrase: 'another' })).error).toBe('DECRYPTION_FAILED');
  });

  test.each([
    [60, 5000],
    [300, 5000],
    [66_000, 5000],
    [150_000, 5000],
    // Blocks that arrive together, as from a disk.
    [150_000, 1_000_000],
    [180_000, 1_000_000],
    [-100, 1_000_000],
  ])('cut to %i bytes is truncated, in pieces of %i', async (end, pieceBytes) => {
    const cut = forKey.subarray(0, end);
    expect((await opened(cut, { privateKey: identity }, pieceBytes)).error).toBe('DUMP_TRUNCATED');
  });

  test('cut in its armor is truncated', async () => {
    const text = Buffer.from(armor.encode(forKey)).subarray(0, -40);
    expect((await opened(text, { privateKey: identity })).error).toBe('DUMP_TRUNCATED');
  });

  test.each([5000, 1_000_000])(
    'changed in a block before its last is corrupt, with the block, in pieces of %i',
    async (pieceBytes) => {
      const changed = Buffer.from(forKey);
      changed[90_000] = (changed[90_000] as number) ^ 1;
      expect(await opened(changed, { privateKey: identity }, pieceBytes)).toMatchObject({
        error: 'DUMP_CORRUPT',
        message: expect.stringMatching(
          /^the encrypted data were changed in block 2, at line \d+ of the text$/,
        ),
      });
    },
  );

  test('for an SSH key says so', async () => {
    const header = 'age-encryption.org/v1\n-> ssh-ed25519 abcd efgh\nAAAA\n--- AAAA\n';
    expect(await opened(Buffer.from(header), { privateKey: identity })).toMatchObject({
      error: 'DUMP_ENCRYPTED',
      message: expect.stringContaining('ssh-ed25519'),
    });
  });
});
