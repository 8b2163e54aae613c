import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitDrill } from '../../../../lib/adapters/sandboxes/local-process/admit-drill.ts';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import { openingDamage } from '../../../../lib/recovery/physical/recovering/opening-damage.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { TestServer } from '../../../support/server.ts';

const binDirectory = postgresqlPrograms(15);
let running: TestServer;
let catalogue = '';
let copies = 0;
beforeAll(async () => {
  running = await TestServer.start('source', { programs: binDirectory });
  const [[path] = []] = await running.sql('template1', "SELECT pg_relation_filepath('pg_class')");
  catalogue = String(path);
  await running.sql('template1', 'CHECKPOINT');
});
afterAll(() => running.stop());

/** Admits a drill to a copy of the cluster, stopped as a crash stops it. */
function admitted(name: string, damage: (file: string) => void): Promise<string[]> {
  copies += 1;
  const dataDirectory = join(running.directory, `${name}-${copies}`);
  execFileSync('cp', ['-a', join(running.directory, 'data'), dataDirectory]);
  rmSync(join(dataDirectory, 'postmaster.pid'));
  // As the settings of a sandbox have it.
  writeFileSync(join(dataDirectory, 'postgresql.conf'), "log_line_prefix = ''\n", { flag: 'a' });
  damage(join(dataDirectory, catalogue));
  return admitDrill({
    binDirectory,
    dataDirectory,
    configFile: join(dataDirectory, 'postgresql.conf'),
    account: serverAccount(),
    isolation: { kind: 'none', reason: 'a test' },
    signal: new AbortController().signal,
    password: 'x',
    hookPassword: null,
  });
}

describe('a recovered cluster', () => {
  test('takes the roles of the drill, and says which databases can be asked', async () => {
    expect(await admitted('whole', () => {})).toContain('postgres');
  });

  test('whose catalogue has a damaged page is told as damaged, before anybody logs in', async () => {
    const error = await admitted('damaged', (file) =>
      writeFileSync(file, Buffer.alloc(8192, 0xff), { flag: 'r+' }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(openingDamage(error)).toMatchObject({ code: 'PAGE_CORRUPT', severity: 'error' });
  });

  test('that refuses for another reason is no damage', async () => {
    const error = await admitted('other', (file) =>
      writeFileSync(join(file, '../../../postgresql.conf'), 'no_such_setting = 1\n', { flag: 'a' }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(openingDamage(error)).toBeNull();
  });
});
