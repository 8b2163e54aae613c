import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../lib/domain/findings/findings.ts';
import type { Verdict } from '../../lib/domain/findings/verdict.ts';
import {
  cutAt,
  encrypted,
  makeShopDumps,
  type ShopDumps,
  sha256Sidecar,
  withFlippedBit,
  written,
} from './support/fixtures.ts';
import { World } from './support/world.ts';

const passphrase = 'an example, no secret';
const html = '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n';
const s3Error =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>\n';

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

describe('a dump that is whole', () => {
  const forms: [string, () => Buffer][] = [
    ['shop.sql', () => dumps.plain],
    ['shop.sql.gz', () => dumps.plainGzip],
    ['shop.dump', () => dumps.custom],
    ['shop.tar', () => dumps.tar],
  ];
  test.each(forms)('is PROVEN without an error: %s', async (name, content) => {
    await world.expectProven(['--dump', backup(name, content())]);
  });

  test('is PROVEN with its digest beside it', async () => {
    backup('shop.dump.sha256', sha256Sidecar(dumps.custom, './backups/shop.dump'));
    const { record } = await world.expectProven(['--dump', backup('shop.dump', dumps.custom)]);
    expect(record.dump?.checksumVerified).toBe(true);
  });

  test('is PROVEN when it is encrypted and the passphrase is given', async () => {
    const dump = backup('shop.sql.gz.enc', encrypted(dumps.plainGzip, passphrase));
    const words = ['--dump', dump, '--decrypt-passphrase-env', 'SHOP_KEY'];
    const { record } = await world.expectProven(words, { env: { SHOP_KEY: passphrase } });
    expect(record.tables.length).toBeGreaterThan(0);
  });
});

interface Broken {
  name: string;
  content: () => Buffer | string;
  verdict: Verdict;
  code: FindingCode;
}

describe('a file that is no whole dump', () => {
  const broken: Broken[] = [
    { name: 'empty.sql.gz', content: () => '', verdict: 'NOT_PROVEN', code: 'DUMP_EMPTY' },
    {
      name: 'gzip-of-nothing.sql.gz',
      content: () => gzipSync(''),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_EMPTY',
    },
    { name: 'html-page.sql.gz', content: () => html, verdict: 'NOT_PROVEN', code: 'DUMP_NOT_A_DUMP' },
    {
      name: 'html-page-in-gzip.sql.gz',
      content: () => gzipSync(html),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_NOT_A_DUMP',
    },
    { name: 's3-error.dump', content: () => s3Error, verdict: 'NOT_PROVEN', code: 'DUMP_NOT_A_DUMP' },
    {
      name: 'cut-gzip.sql.gz',
      content: () => cutAt(dumps.plainGzip, 0.6),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'cut-custom.dump',
      content: () => cutAt(dumps.custom, 0.9),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'cut-custom-toc.dump',
      content: () => cutAt(dumps.custom, 0.05),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'cut-tar.tar',
      content: () => cutAt(dumps.tar, 0.7),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'cut-plain.sql',
      content: () => cutAt(dumps.plain, 0.7),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'cut-plain-in-whole-gzip.sql.gz',
      content: () => gzipSync(cutAt(dumps.plain, 0.7)),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_TRUNCATED',
    },
    {
      name: 'flipped-gzip.sql.gz',
      content: () => withFlippedBit(dumps.plainGzip, 0.5),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_CORRUPT',
    },
    {
      name: 'flipped-custom.dump',
      content: () => withFlippedBit(dumps.custom, 0.85),
      verdict: 'NOT_PROVEN',
      code: 'DUMP_CORRUPT',
    },
    {
      name: 'newer-archive.dump',
      content: () => withArchiveVersion(1, 99),
      verdict: 'COULD_NOT_VERIFY',
      code: 'ARCHIVE_VERSION_UNKNOWN',
    },
    {
      name: 'from-19.sql',
      content: () => fromVersion19(),
      verdict: 'COULD_NOT_VERIFY',
      code: 'SERVER_VERSION_UNSUPPORTED',
    },
    {
      name: 'encrypted.sql.gz.enc',
      content: () => encrypted(dumps.plainGzip, passphrase),
      verdict: 'COULD_NOT_VERIFY',
      code: 'DUMP_ENCRYPTED',
    },
    {
      name: '000000010000000000000001',
      content: () => dumps.walSegment,
      verdict: 'COULD_NOT_VERIFY',
      code: 'PHYSICAL_BACKUP',
    },
    {
      name: 'wal-under-another-name.sql',
      content: () => dumps.walSegment,
      verdict: 'COULD_NOT_VERIFY',
      code: 'PHYSICAL_BACKUP',
    },
  ];
  test.each(broken)(
    'is named for what it is: $name gives $code',
    async ({ name, content, verdict, code }) => {
      await world.expectDrill(['--dump', backup(name, content())], { verdict, code });
    },
  );

  test('names the client that an unknown archive version needs', async () => {
    const dump = backup('newer.dump', withArchiveVersion(1, 99));
    const { record } = await world.drill(['--dump', dump]);
    const { message, hint } = record.findings.find(({ code }) => code === 'ARCHIVE_VERSION_UNKNOWN')!;
    expect(message).toContain('1.99');
    expect(`${message} ${hint}`).toMatch(/pg_dump|pg_restore/);
  });

  test('is caught by its digest alone when a letter of a row differs', async () => {
    const changed = Buffer.from(dumps.plain.toString().replace('Customer 7\t', 'Custumer 7\t'));
    expect(changed.equals(dumps.plain)).toBe(false);
    backup('shop.sql.sha256', sha256Sidecar(dumps.plain, 'shop.sql'));
    const expected = { verdict: 'NOT_PROVEN', code: 'CHECKSUM_MISMATCH' } as const;
    const { record } = await world.expectDrill(['--dump', backup('shop.sql', changed)], expected);
    expect(record.dump?.checksumVerified).toBe(false);
  });

  test('is not believed when the digest beside it is of another file', async () => {
    backup('shop.dump.sha256', sha256Sidecar('another file', 'shop.dump'));
    await world.expectDrill(['--dump', backup('shop.dump', dumps.custom)], {
      verdict: 'NOT_PROVEN',
      code: 'CHECKSUM_MISMATCH',
    });
  });

  test('is not called damaged when the passphrase is wrong', async () => {
    const dump = backup('shop.sql.gz.enc', encrypted(dumps.plainGzip, passphrase));
    const words = ['--dump', dump, '--decrypt-passphrase-env', 'SHOP_KEY'];
    const { stdout, stderr } = await world.expectDrill(
      words,
      { verdict: 'COULD_NOT_VERIFY', code: 'DECRYPTION_FAILED' },
      { env: { SHOP_KEY: 'a wrong one' } },
    );
    expect(stdout + stderr).not.toContain('a wrong one');
  });

  test('needs the variable that shall hold the passphrase', async () => {
    const dump = backup('shop.sql.gz.enc', encrypted(dumps.plainGzip, passphrase));
    const words = ['--dump', dump, '--decrypt-passphrase-env', 'SHOP_KEY'];
    const { record } = await world.expectDrill(words, {
      verdict: 'COULD_NOT_VERIFY',
      code: 'DECRYPTION_FAILED',
    });
    expect(JSON.stringify(record.findings)).toContain('SHOP_KEY');
  });

  test.each(['tar', 'plain'] as const)(
    'is answered plainly when it is a physical base backup (%s)',
    async (format) => {
      const folder = world.path('basebackup');
      dumps.writeBaseBackup(folder, format);
      await world.expectDrill(['--dump', folder], { verdict: 'COULD_NOT_VERIFY', code: 'PHYSICAL_BACKUP' });
      if (format === 'plain') return;
      await world.expectDrill(['--dump', `${folder}/base.tar.gz`], {
        verdict: 'COULD_NOT_VERIFY',
        code: 'PHYSICAL_BACKUP',
      });
    },
  );
});

/** The version of an archive stands in its header after the five letters PGDMP. */
function withArchiveVersion(major: number, minor: number): Buffer {
  const patched = Buffer.from(dumps.custom);
  patched[5] = major;
  patched[6] = minor;
  return patched;
}

function fromVersion19(): string {
  const text = dumps.plain.toString();
  const patched = text.replace(/^(-- Dumped (from database|by pg_dump) version )\S+/gm, '$119.1');
  expect(patched).not.toBe(text);
  return patched;
}
