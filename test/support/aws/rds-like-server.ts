import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { masterRole } from '../../../lib/contract/names.ts';
import { postgresqlPrograms } from '../../../scripts/oracle-programs.mjs';
import {
  giveToServerAccount,
  initialise,
  makeServerFolder,
  startPostgres,
  stopPostgres,
} from '../cluster.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { startTokenVerifier } from './token-verifier.ts';

/**
 * A real PostgreSQL 15 that behaves to a client as RDS does: TLS only, with a certificate for `localhost` of an authority of
 * its own; a master role with the RDS master's rights; members of `rds_iam` must log in with a token, everybody else
 * with a password.
 */
export interface RdsLikeServer {
  host: 'localhost';
  port: number;
  /** What RDS_CA_BUNDLE is on AWS. */
  caFile: string;
  masterRole: string;
  masterPassword: string;
  serverVersion: string;
  /** IAM tokens that were accepted so far. */
  acceptedTokens: readonly string[];
  /** Runs SQL as the superuser, over a socket. Gives the rows of the last statement. */
  asSuperuser(database: string, sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** @param options.certificates those of an authority that other servers share; default: of one of its own */
export async function startRdsLikeServer(
  options: { port?: number; certificates?: Certificates } = {},
): Promise<RdsLikeServer> {
  let port = 0;
  const directory = mkdtempSync(join(tmpdir(), 'restore-drill-rds-'));
  chmodSync(directory, 0o755);
  const { caFile, certificateFile, keyFile } = options.certificates ?? makeCertificates(directory);
  const folder = makeServerFolder('rds');
  const serverKey = join(folder, 'server.key');
  copyFileSync(keyFile, serverKey);
  chmodSync(serverKey, 0o600);
  giveToServerAccount(serverKey);
  const tokens = await startTokenVerifier(() => ({ endpoint: `localhost:${port}`, role: masterRole }));
  // Debian's PostgreSQL 15 is built with LDAP, which stands in for the verification of IAM tokens.
  const programs = postgresqlPrograms(15);
  initialise(folder, 'rdsadmin', programs);
  writeFileSync(join(folder, 'data', 'pg_hba.conf'), hostBasedAccess(tokens.port));
  const settings = {
    listen_addresses: 'localhost',
    ssl: 'on',
    ssl_cert_file: certificateFile,
    ssl_key_file: serverKey,
    password_encryption: 'scram-sha-256',
  };
  const started = async (triesLeft: number): Promise<ChildProcess> => {
    port = options.port ?? (await freePort());
    try {
      return await startPostgres(folder, 'rdsadmin', programs, { ...settings, port: String(port) });
    } catch (error) {
      // Between the question and the start somebody else may take a port that was free.
      if (options.port !== undefined || triesLeft === 0 || !/Address already in use/.test(String(error)))
        throw error;
      return started(triesLeft - 1);
    }
  };
  const server = await started(5);

  const asSuperuser = async (database: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ host: folder, port, user: 'rdsadmin', database, ssl: false });
    client.on('error', () => {});
    await client.connect();
    try {
      const answer: unknown = await client.query(sql);
      const last = Array.isArray(answer) ? answer.at(-1) : answer;
      return (last as { rows: Record<string, unknown>[] }).rows;
    } finally {
      await client.end();
    }
  };
  const stop = async (): Promise<void> => {
    await stopPostgres(server);
    await tokens.stop();
    for (const made of [folder, directory]) rmSync(made, { recursive: true, force: true });
  };
  const masterPassword = randomBytes(18).toString('base64url');
  try {
    const [version] = await asSuperuser('postgres', 'show server_version');
    await asSuperuser('postgres', rolesOf(masterPassword));
    const serverVersion = String(version?.server_version ?? '').split(' ')[0] ?? '';
    const acceptedTokens = tokens.accepted;
    const place = { host: 'localhost' as const, port, caFile, masterRole, masterPassword, serverVersion };
    return { ...place, acceptedTokens, asSuperuser, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As on RDS: no connection without TLS, tokens for members of rds_iam, passwords for the others. */
function hostBasedAccess(tokenPort: number): string {
  const verifier = `ldap ldapserver=127.0.0.1 ldapport=${tokenPort} ldapprefix="cn=" ldapsuffix=""`;
  return ['127.0.0.1/32', '::1/128']
    .flatMap((network) => [
      `hostssl all rdsadmin ${network} reject`,
      `hostssl all +rds_iam ${network} ${verifier}`,
      `hostssl all all ${network} md5`,
    ])
    .concat('local all rdsadmin trust', '')
    .join('\n');
}

/** Roles that every RDS instance has, and the master with its attributes (docs/facts.md#the-rds-master). */
function rolesOf(masterPassword: string): string {
  return `CREATE ROLE rds_superuser NOLOGIN;
    CREATE ROLE rds_iam NOLOGIN;
    CREATE ROLE ${masterRole} LOGIN CREATEDB CREATEROLE PASSWORD '${masterPassword}' VALID UNTIL 'infinity';
    GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION;
    GRANT rds_superuser TO ${masterRole};
    ALTER DATABASE postgres OWNER TO ${masterRole};
    ALTER DATABASE template1 OWNER TO ${masterRole}`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
