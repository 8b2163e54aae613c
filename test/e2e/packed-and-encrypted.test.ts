import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { createMessage, encrypt } from 'openpgp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { zipOf } from '../recovery/logical/reading/support/zips.ts';
import { cutAt, makeShopDumps, type ShopDumps, sha256Sidecar, written } from './support/fixtures.ts';
import { World } from './support/world.ts';

const passphrase = 'an example, no secret';

let dumps: ShopDumps;
let world: World;

beforeAll(async () => {
  dumps = await makeShopDumps();
});
afterAll(async () => {
  await dumps?.stop();
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const backup = (name: string, content: Buffer | string): string =>
  written(world.path('backups'), name, content);

describe('a dump in a zip', () => {
  test('is PROVEN, and says what it lay in', async () => {
    const dump = backup('shop.zip', zipOf({ name: 'db/shop.dump', content: dumps.custom }));
    const { record } = await world.expectProven(['--dump', dump]);
    expect(record.tables.length).toBeGreaterThan(0);
    expect(JSON.stringify(record.dump)).toContain('zip');
  });

  test('with the roles of its cluster beside it is PROVEN without a rule', async () => {
    const roles = '--\n-- PostgreSQL database cluster dump\n--\n\nCREATE ROLE app;\n';
    const bytes = zipOf({ name: 'globals.sql', content: roles }, { name: 'b.sql', content: dumps.plain });
    await world.expectProven(['--dump', backup('shop.zip', bytes)]);
  });

  test('beside another is named and not guessed, and proven when it is asked for', async () => {
    const bytes = zipOf({ name: 'a.dump', content: dumps.custom }, { name: 'b.sql', content: dumps.plain });
    const dump = backup('shop.zip', bytes);
    const code = 'PACKAGE_AMBIGUOUS';
    const { record } = await world.expectDrill(['--dump', dump], { verdict: 'COULD_NOT_VERIFY', code });
    expect(JSON.stringify(record.findings)).toContain('b.sql');
    await world.expectProven(['--dump', dump, '--member', 'b.sql']);
  });
});

describe('two tars of pg_dump in one file', () => {
  test('are NOT_PROVEN: whatever restores them reads the first alone', async () => {
    const dump = backup('shop.tar', Buffer.concat([dumps.tar, dumps.tar]));
    await world.expectDrill(['--dump', dump], { verdict: 'NOT_PROVEN', code: 'DUMP_CORRUPT' });
  });
});

describe('a plain dump that stands in its file twice', () => {
  test('is NOT_PROVEN with one finding, not with one for each of its objects', async () => {
    const dump = backup('shop.sql', Buffer.concat([dumps.plain, dumps.plain]));
    const { record } = await world.expectDrill(['--dump', dump], {
      verdict: 'NOT_PROVEN',
      code: 'DUMPS_JOINED',
    });
    const errors = record.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toEqual(['DUMPS_JOINED']);
  });
});

describe('a cut dump', () => {
  const cut = (keep: (index: number) => boolean): string[] => {
    const size = Math.ceil(dumps.plainGzip.length / 3);
    return ['aa', 'ab', 'ac'].flatMap((ending, index) =>
      keep(index)
        ? [backup(`shop.sql.gz.${ending}`, dumps.plainGzip.subarray(index * size, (index + 1) * size))]
        : [],
    );
  };

  test('is PROVEN whole, by its first part and by the name of all, with its digest', async () => {
    const [first = ''] = cut(() => true);
    backup('shop.sql.gz.sha256', sha256Sidecar(dumps.plainGzip, 'shop.sql.gz'));
    const { record } = await world.expectProven(['--dump', first]);
    expect(record.dump).toMatchObject({ key: 'shop.sql.gz', checksumVerified: true });
    await world.expectProven(['--dump', first.replace(/\.aa$/, '')]);
  });

  test('without a part in its middle is NOT_PROVEN, and the part is named', async () => {
    const [first = ''] = cut((index) => index !== 1);
    const { record } = await world.expectDrill(['--dump', first], {
      verdict: 'NOT_PROVEN',
      code: 'DUMP_PART_MISSING',
    });
    expect(JSON.stringify(record.findings)).toContain('.ab');
  });

  test('without its last part is NOT_PROVEN', async () => {
    const [first = ''] = cut((index) => index !== 2);
    await world.expectDrill(['--dump', first], { verdict: 'NOT_PROVEN', code: 'DUMP_TRUNCATED' });
  });
});

describe('a dump that age encrypted', () => {
  test('is PROVEN with its identity from a file, which nothing repeats', async () => {
    const identity = await generateX25519Identity();
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const bytes = Buffer.from(await encrypter.encrypt(dumps.custom));
    const key = written(world.path('keys'), 'identity.txt', `# a comment\n${identity}\n`);
    const words = ['--dump', backup('shop.dump.age', armor.encode(bytes)), '--decrypt-key-file', key];
    const { record, stdout, stderr } = await world.expectProven(words);
    expect(JSON.stringify(record) + stdout + stderr).not.toContain(identity.slice(20, 50));

    await world.expectDrill(
      ['--dump', backup('cut.dump.age', cutAt(bytes, 0.7)), '--decrypt-key-file', key],
      {
        verdict: 'NOT_PROVEN',
        code: 'DUMP_TRUNCATED',
      },
    );
    await world.expectDrill(['--dump', backup('shop.dump.age', bytes)], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'DUMP_ENCRYPTED',
    });
  });
});

describe('a dump that OpenPGP encrypted', () => {
  test('is PROVEN with its passphrase from a file, and not called damaged with a wrong one', async () => {
    const message = await createMessage({ binary: dumps.plainGzip });
    const bytes = Buffer.from(await encrypt({ message, passwords: [passphrase], format: 'binary' }));
    const dump = backup('shop.sql.gz.gpg', bytes);
    const phrase = written(world.path('keys'), 'phrase.txt', `${passphrase}\n`);
    await world.expectProven(['--dump', dump, '--decrypt-passphrase-file', phrase]);

    const wrong = written(world.path('keys'), 'wrong.txt', 'another\n');
    await world.expectDrill(['--dump', dump, '--decrypt-passphrase-file', wrong], {
      verdict: 'COULD_NOT_VERIFY',
      code: 'DECRYPTION_FAILED',
    });
  });
});
