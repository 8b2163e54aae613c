import { describe, expect, test } from 'vitest';
import type { DumpLayout, Wrapping } from '../../../lib/domain/backup/dump.ts';
import { nameDisagreement } from '../../../lib/domain/backup/name-agreement.ts';

const says = (key: string, layout: DumpLayout, ...wrappings: Wrapping[]): string | null =>
  nameDisagreement(key, { layout, wrappings, archiveVersion: null });

describe('a name that announces something else than the bytes hold', () => {
  test.each<[string, DumpLayout, Wrapping[], string]>([
    ['shop.sql.gz', 'plain', [], 'announces gzip, and its bytes are not compressed'],
    ['shop.sql.gz', 'plain', ['gzip', 'gzip'], 'announces gzip, and its bytes are gzip in gzip'],
    ['shop.sql.gz', 'plain', ['zstd'], 'announces gzip, and its bytes are zstd'],
    ['nightly/shop.dump.zst', 'custom', ['gzip'], 'announces zstd, and its bytes are gzip'],
    ['shop.sql', 'plain', ['gzip'], 'announces no compression, and its bytes are gzip'],
    ['shop.sql', 'custom', [], 'ends like plain SQL, and its bytes are a custom archive'],
    ['shop.sql.gz', 'tar', ['gzip'], 'ends like plain SQL, and its bytes are a tar archive'],
    ['shop', 'plain', ['gzip', 'gzip'], 'announces no compression, and its bytes are gzip in gzip'],
    ['shop.sql.gz.enc', 'plain', ['openssl'], 'announces gzip, and its bytes are not compressed'],
  ])('is told: %s', (key, layout, wrappings, words) => {
    expect(says(key, layout, ...wrappings)).toContain(words);
  });

  test.each<[string, DumpLayout, Wrapping[]]>([
    ['shop.sql', 'plain', []],
    ['shop.sql', 'cluster', []],
    ['SHOP.SQL.GZ', 'plain', ['gzip']],
    ['shop.sql.gz.gz', 'plain', ['gzip', 'gzip']],
    ['shop.dump', 'custom', []],
    ['shop.dump', 'custom', ['gzip']],
    ['shop.backup', 'plain', ['xz']],
    ['shop', 'plain', ['gzip']],
    ['shop.sql.gz.1', 'plain', []],
    ['shop.tgz', 'directory', ['gzip', 'tar']],
    ['shop.tar.bz2', 'directory', ['bzip2', 'tar']],
    ['shop.sql.gz.enc', 'plain', ['openssl', 'gzip']],
    ['a.gz/shop.sql', 'plain', []],
  ])('is nothing: %s', (key, layout, wrappings) => {
    expect(says(key, layout, ...wrappings)).toBeNull();
  });
});
