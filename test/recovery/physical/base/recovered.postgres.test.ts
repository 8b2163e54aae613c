/** A server that recovers from an unpacked and neutralised base has its rows, and touches nothing of the source. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import { readDataDirectory } from '../../../../lib/recovery/physical/base/facts/data-directory.ts';
import { neutralise } from '../../../../lib/recovery/physical/base/foreign/neutralise.ts';
import { recoverySettings } from '../../../../lib/recovery/physical/base/foreign/recovery-settings.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { giveToServerAccount, startPostgres, stopPostgres } from '../../../support/cluster.ts';
import { TestServer } from '../../../support/server.ts';
import { filesBelow } from './support/folder-files.ts';
import { UnpackFolder } from './support/unpacking.ts';

/** Names, sizes and times of all files below a folder. */
const traces = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map((name) => {
      const { size, mtimeMs } = statSync(join(folder, String(name)));
      return `${name} ${size} ${mtimeMs}`;
    })
    .sort();

test('the rows of both tablespaces are there, while the tablespace of the source still is', async () => {
  const source = await TestServer.start('source', { settings: { max_connections: '140' } });
  const backup = mkdtempSync(join(tmpdir(), 'restore-drill-backups-'));
  const folder = new UnpackFolder();
  try {
    const live = join(source.directory, 'fast');
    mkdirSync(live);
    giveToServerAccount(live);
    await source.sql('postgres', `CREATE TABLESPACE fast LOCATION '${live}'`);
    await source.sql('postgres', 'CREATE TABLE guest AS SELECT generate_series(1, 5000) AS id');
    await source.sql(
      'postgres',
      'CREATE TABLE rsvp TABLESPACE fast AS SELECT generate_series(1, 3000) AS id',
    );
    await source.sql('postgres', "SELECT pg_create_physical_replication_slot('replica', true)");
    source.tool('pg_basebackup', [
      '-D',
      join(backup, 'base'),
      '-c',
      'fast',
      '-Ft',
      '-z',
      '-X',
      'stream',
      '-R',
    ]);
    await source.sql('postgres', 'CHECKPOINT');
    source.killHard();
    const before = traces(live);

    giveToServerAccount(folder.path);
    const { switchTo } = serverAccount();
    const { outcome } = await folder.unpack(filesBelow(join(backup, 'base')), {
      ...(switchTo === null ? {} : { owner: switchTo }),
    });
    expect(folder.problems(outcome)).toEqual([]);
    const { control } = readDataDirectory(folder.dataDirectory);
    if (control?.kind !== 'control file') throw new Error('no control file');
    expect(recoverySettings(control.control)).toMatchObject({ max_connections: '140' });
    const { removed, settings, tablespaces } = neutralise(folder.dataDirectory, folder.tablespacesDirectory);
    expect(removed).toContain('standby.signal');
    expect(settings.acting).toContain('primary_conninfo');
    expect(tablespaces).toHaveLength(1);
    for (const [name, text] of [
      ['postgresql.conf', ''],
      ['pg_hba.conf', 'local all all trust\n'],
    ] as const) {
      writeFileSync(join(folder.dataDirectory, name), text);
      giveToServerAccount(join(folder.dataDirectory, name));
    }

    const server = await startPostgres(
      folder.path,
      'postgres',
      postgresqlPrograms(15),
      recoverySettings(control.control),
    );
    const client = new Client({ host: folder.path, port: 5432, user: 'postgres', database: 'postgres' });
    await client.connect();
    const { rows } = await client.query(
      'SELECT (SELECT count(*)::int FROM guest) AS guests, (SELECT count(*)::int FROM rsvp) AS rsvps',
    );
    await client.query('INSERT INTO rsvp SELECT generate_series(1, 10000); CHECKPOINT');
    await client.end();
    expect(rows).toEqual([{ guests: 5000, rsvps: 3000 }]);
    expect(readlinkSync(join(folder.dataDirectory, 'pg_tblspc', tablespaces[0] ?? ''))).toBe(
      join(folder.tablespacesDirectory, tablespaces[0] ?? ''),
    );
    await stopPostgres(server);
    expect(traces(live)).toEqual(before);
    expect(readFileSync(join(folder.dataDirectory, 'PG_VERSION'), 'utf8')).toBe('15\n');
  } finally {
    await source.stop();
    folder.remove();
    rmSync(backup, { recursive: true, force: true });
  }
});
