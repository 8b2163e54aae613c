import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenSigner } from '../../../../lib/adapters/sandboxes/rds/login/token-signer.ts';
import {
  hookCredentialsFile,
  keepHookCredentials,
} from '../../../../lib/runtimes/aws/restore-task/hook-credentials.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { type RdsLikeServer, startRdsLikeServer } from '../../../support/aws/rds-like-server.ts';

const psql = join(postgresqlPrograms(15), 'psql');
let server: RdsLikeServer;
beforeAll(async () => {
  server = await startRdsLikeServer();
  await server.asSuperuser('postgres', `grant rds_iam to ${server.masterRole}`);
});
afterAll(() => server.stop());

function theCredentials(folder: string, token?: () => Promise<string>) {
  const { host, port, masterRole, serverVersion, caFile } = server;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
  return {
    address: { sandboxId: 'restore-drill-test-0123456789', host, port, masterRole, serverVersion },
    folder,
    caBundlePath: caFile,
    token: token ?? tokenSigner({ region: 'eu-west-1', credentials }),
  };
}

describe('the credentials of a hook', () => {
  test('let a program log in that knows nothing but the variables of libpq', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'restore-drill-hook-'));
    const stop = new AbortController();
    const kept = keepHookCredentials(theCredentials(folder), stop.signal);
    while (!existsSync(hookCredentialsFile(folder))) await delay(10);

    // Not synchronously: this process also verifies the token.
    const { stdout } = await promisify(execFile)(psql, ['-XAtc', 'select session_user'], {
      env: {
        PGHOST: 'localhost',
        PGPORT: String(server.port),
        PGUSER: server.masterRole,
        PGDATABASE: 'postgres',
        PGPASSFILE: join(folder, 'pgpass'),
        PGSSLMODE: 'verify-full',
        PGSSLROOTCERT: join(folder, 'rds-global-bundle.pem'),
      },
    });

    stop.abort();
    await kept;
    expect(stdout.trim()).toBe(server.masterRole);
    expect(statSync(join(folder, 'pgpass')).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true, force: true });
  });

  test('are renewed before a token is too old to open a connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'restore-drill-hook-'));
    const stop = new AbortController();
    let signed = 0;
    const token = async () => {
      signed += 1;
      return `token:${signed}\\`;
    };
    const kept = keepHookCredentials(theCredentials(folder, token), stop.signal, 0.02);
    while (signed < 3) await delay(5);

    stop.abort();
    await kept;

    expect(readFileSync(join(folder, 'password'), 'utf8')).toBe(`token:${signed}\\`);
    // `:` and `\` are escaped, or libpq would read another password.
    expect(readFileSync(join(folder, 'pgpass'), 'utf8')).toBe(
      `localhost:${server.port}:*:${server.masterRole}:token\\:${signed}\\\\\n`,
    );
    rmSync(folder, { recursive: true, force: true });
  });
});
