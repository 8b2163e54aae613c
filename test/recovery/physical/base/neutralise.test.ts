/** What a cluster brings that would act, taken away and told by name. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../../lib/recovery/physical/base/foreign/configuration-file.ts';
import { neutralise } from '../../../../lib/recovery/physical/base/foreign/neutralise.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-foreign-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('neutralising', () => {
  test('takes away every file that acts, and leaves the data', () => {
    const acting = [
      'postgresql.conf',
      'postgresql.auto.conf',
      'pg_hba.conf',
      'pg_ident.conf',
      'conf.d/site.conf',
      'standby.signal',
      'recovery.signal',
      'recovery.done',
      'postmaster.pid',
      'postmaster.opts',
      'server.key',
      'server.crt',
      'root.pem',
    ];
    const data = ['PG_VERSION', 'backup_label', 'base/5/1259', 'global/pg_control', 'pg_xact/0000'];
    write(Object.fromEntries([...acting, ...data, 'pg_replslot/replica/state'].map((name) => [name, 'x'])));
    const { removed, replicationSlots } = neutralise(folder, '/tablespaces');
    expect(removed).toEqual(acting.map((name) => name.replace(/\/.*/, '')).sort());
    expect(replicationSlots).toEqual(['replica']);
    expect(readdirSync(join(folder, 'pg_replslot'))).toEqual([]);
    for (const name of data) expect(existsSync(join(folder, name)), name).toBe(true);
  });

  test('tells names of settings, and never a value that may be a secret', () => {
    write({
      'postgresql.conf': [
        "archive_command = 'scp -i secret %p'",
        'shared_preload_libraries = \'pg_stat_statements, "$libdir/timescaledb", pass word\'',
        "include_dir 'conf.d' # site",
        "include '/etc/passwd'",
        "include_if_exists '../outside.conf'",
        'Max_Connections 120',
        '# work_mem = 1',
      ].join('\n'),
      'conf.d/10.conf': "ssl_passphrase_command = 'echo secret'\ninclude '20.inc'",
      'conf.d/20.inc': "include 'conf.d/10.conf'\ninclude '10.conf'",
      'postgresql.auto.conf':
        "primary_conninfo = 'host=db1 password=secret'\nrecovery_target_time = '2026-11-20 02:00:00+00'\n",
    });
    const { settings } = neutralise(folder, '/tablespaces');
    expect(settings.preloadLibraries).toEqual(['$libdir/timescaledb', 'pg_stat_statements']);
    expect(settings.acting).toEqual([
      'archive_command',
      'primary_conninfo',
      'recovery_target_time',
      'shared_preload_libraries',
      'ssl_passphrase_command',
    ]);
    expect(settings.names).toContain('max_connections');
    expect(settings.names).not.toContain('work_mem');
    expect(JSON.stringify(settings)).not.toMatch(/secret|db1|2026|outside|root/);
  });

  test('does not follow links, and removes the link alone', () => {
    write({ 'base/site.txt': "restore_command = 'x'" });
    symlinkSync('base/site.txt', join(folder, 'postgresql.conf'));
    expect(neutralise(folder, '/tablespaces')).toMatchObject({
      removed: ['postgresql.conf'],
      settings: { names: [] },
    });
    expect(existsSync(join(folder, 'base/site.txt'))).toBe(true);
  });

  test('maps every tablespace to ours', () => {
    write({ tablespace_map: '16428 /srv/live\n16429 /srv/a\\\nb\n' });
    expect(neutralise(folder, '/drill/tablespaces').tablespaces).toEqual(['16428', '16429']);
    expect(readFileSync(join(folder, 'tablespace_map'), 'utf8')).toBe(
      '16428 /drill/tablespaces/16428\n16429 /drill/tablespaces/16429\n',
    );
  });
});

test('a configuration is read as the server reads it', () => {
  const text = "a=1\n  B.c   'it''s \\'x\\''  # y\nd = 'a b'\r\n'no'\n= 3\ne 16MB#x\n";
  expect(readConfiguration(text)).toEqual([
    { name: 'a', value: '1' },
    { name: 'b.c', value: "it's 'x'" },
    { name: 'd', value: 'a b' },
    { name: 'e', value: '16MB' },
  ]);
});
