import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  findClientTools,
  hasRestrictedMode,
  requireArchiveSupport,
} from '../../../../lib/recovery/logical/tools/client-tools.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-clients-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const install = (program: string, version: string): void =>
  writeFileSync(join(folder, program), `#!/bin/sh\necho "${program} (PostgreSQL) ${version}"\n`, {
    mode: 0o755,
  });

describe('finding the client programs', () => {
  test('takes what is on PATH', async () => {
    install('psql', '17.6');
    install('pg_restore', '17.6');
    expect(await findClientTools(folder, join(folder, 'none'))).toMatchObject({
      version: '17.6',
      major: 17,
      psql: join(folder, 'psql'),
    });
  });

  test('says what to install where there are none', async () => {
    await expect(findClientTools(folder, join(folder, 'none'))).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      hint: expect.stringContaining('postgresql-client'),
    });
  });

  test('refuses a psql without restricted mode', async () => {
    install('psql', '15.10');
    install('pg_restore', '15.10');
    await expect(findClientTools(folder, join(folder, 'none'))).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('restricted mode'),
    });
  });

  test.each([
    ['15.13', false],
    ['15.14', true],
    ['16.9', false],
    ['17.6', true],
    ['18.0', true],
    ['12.22', false],
  ])('psql %s has restricted mode: %s', (version, expected) => {
    expect(hasRestrictedMode(version)).toBe(expected);
  });
});

describe('archive versions', () => {
  test.each([
    ['1.14', 15],
    ['1.15', 16],
    ['1.16', 17],
  ])('archive %s is read by client %i', (archive, major) => {
    expect(() => requireArchiveSupport(archive, { major, version: `${major}.9` })).not.toThrow();
  });

  test('an archive that is newer than the client names the client it needs', () => {
    expect(() => requireArchiveSupport('1.16', { major: 15, version: '15.18' })).toThrow(
      expect.objectContaining({
        code: 'ARCHIVE_VERSION_UNKNOWN',
        message: 'archive version 1.16 needs pg_restore 17 or later; the newest installed is 15.18',
      }),
    );
  });
});
