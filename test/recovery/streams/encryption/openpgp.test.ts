import { createMessage, decryptKey, encrypt, generateKey, readKey, readPrivateKey } from 'openpgp';
import { beforeAll, describe, expect, test } from 'vitest';
import { sampleDump } from '../../logical/reading/support/compressed-samples.ts';
import { opened } from '../../logical/reading/support/opening.ts';

const passphrase = 'an example, no secret';
let privateKey: string;
let lockedKey: string;
let otherKey: string;
let forKey: Buffer;
let forPassphrase: Buffer;
let armored: Buffer;

beforeAll(async () => {
  const userIDs = [{ name: 'Backup', email: 'backup@example.org' }];
  const made = await generateKey({ userIDs, passphrase, format: 'armored' });
  lockedKey = made.privateKey;
  const locked = await readPrivateKey({ armoredKey: lockedKey });
  privateKey = (await decryptKey({ privateKey: locked, passphrase })).armor();
  otherKey = (await generateKey({ userIDs, format: 'armored' })).privateKey;
  const message = () => createMessage({ binary: Buffer.from(sampleDump) });
  const encryptionKeys = await readKey({ armoredKey: made.publicKey });
  forKey = Buffer.from(await encrypt({ message: await message(), encryptionKeys, format: 'binary' }));
  const passwords = [passphrase];
  forPassphrase = Buffer.from(await encrypt({ message: await message(), passwords, format: 'binary' }));
  armored = Buffer.from(await encrypt({ message: await message(), passwords, format: 'armored' }));
});

describe('a dump that OpenPGP encrypted', () => {
  const whole = { wrappings: ['openpgp'], rows: 300, error: null, message: '' };

  test('with a passphrase is read with it, in armor and without', async () => {
    expect(await opened(forPassphrase, { passphrase })).toEqual(whole);
    expect(await opened(armored, { passphrase }, 91)).toEqual(whole);
  });

  test('for a key is read with it, and with the passphrase that unlocks it', async () => {
    expect(await opened(forKey, { privateKey })).toEqual(whole);
    expect(await opened(forKey, { privateKey: lockedKey, passphrase })).toEqual(whole);
  });

  test('without the kind of key that it needs is encrypted and nothing worse', async () => {
    expect(await opened(forKey, { passphrase })).toMatchObject({
      error: 'DUMP_ENCRYPTED',
      message: expect.stringMatching(/for the key [0-9A-F]{16}, and no private key/),
    });
    expect((await opened(forPassphrase, { privateKey })).error).toBe('DUMP_ENCRYPTED');
  });

  test('with a wrong key could not be decrypted', async () => {
    expect((await opened(forKey, { privateKey: otherKey })).error).toBe('DECRYPTION_FAILED');
    expect((await opened(forKey, { privateKey: lockedKey })).error).toBe('DECRYPTION_FAILED');
    expect((await opened(forKey, { privateKey: lockedKey, passphrase: 'no' })).error).toBe(
      'DECRYPTION_FAILED',
    );
    const nonsense = await opened(forKey, { privateKey: 'a secret of another kind' });
    expect(nonsense.error).toBe('DECRYPTION_FAILED');
    expect(nonsense.message).not.toContain('a secret');
  });

  test.each(['another', 'wrong', 'x', 'yy', 'zzz'])('with the wrong passphrase %s too', async (wrong) => {
    expect((await opened(forPassphrase, { passphrase: wrong })).error).toBe('DECRYPTION_FAILED');
  });

  test.each([0.2, 0.6, 0.99])('cut to the share %d is truncated, whatever the key', async (share) => {
    for (const [bytes, opening] of [
      [forKey, { privateKey }],
      [forPassphrase, { passphrase }],
      [armored, { passphrase }],
    ] as const) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect((await opened(cut, opening)).error).toBe('DUMP_TRUNCATED');
    }
  });

  test('with one bit changed is no green', async () => {
    const changed = Buffer.from(forKey);
    const place = changed.length - 400;
    changed[place] = (changed[place] as number) ^ 1;
    expect((await opened(changed, { privateKey })).error).not.toBeNull();
  });
});
