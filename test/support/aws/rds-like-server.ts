import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { masterRole } from '../../../lib/contract/names.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { startTokenVerifier } from './token-verifier.ts';

/** Debian's PostgreSQL 15 is built with LDAP, which stands in for the verification of IAM tokens. */
const binaries = process.env.RESTORE_DRILL_TEST_POSTGRES_BIN ?? '/usr/lib/postgresql/15/bin';

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
  const port = options.port ?? (await freePort());
  const identity = serverIdentity();
  const directory = mkdtempSync(join(tmpdir(), 'restore-drill-rds-'));
  chmodSync(directory, 0o755);
  const sockets = join(directory, 'postgres');
  execFileSync('mkdir', [sockets]);
  const data = join(sockets, 'data');
  const { caFile, certificateFile, keyFile } = options.certificates ?? makeCertificates(directory);
  const serverKey = join(sockets, 'server.key');
  execFileSync('cp', [keyFile, serverKey]);
  chmodSync(serverKey, 0o600);
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(sockets, identity.uid, identity.gid);
    chownSync(serverKey, identity.uid, identity.gid);
  }
  const tokens = await startTokenVerifier(() => ({ endpoint: `localhost:${port}`, role: masterRole }));
  const initdb = ['-D', data, '-U', 'rdsadmin', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync(join(binaries, 'initdb'), initdb, { ...identity, stdio: 'pipe' });
  writeFileSync(join(data, 'pg_hba.conf'), hostBasedAccess(tokens.port));
  const settings = {
    listen_addresses: 'localhost',
    port: String(port),
    unix_socket_directories: sockets,
    ssl: 'on',
    ssl_cert_file: certificateFile,
    ssl_key_file: serverKey,
    password_encryption: 'scram-sha-256',
    fsync: 'off',
    shared_buffers: '32MB',
  };
  const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...set], { ...identity, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  const asSuperuser = async (database: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ host: sockets, port, user: 'rdsadmin', database, ssl: false });
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
    server.kill('SIGQUIT');
    await ended;
    await tokens.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const masterPassword = randomBytes(18).toString('base64url');
  try {
    const [version] = await untilReady(() => asSuperuser('postgres', 'show server_version'), server);
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

/** initdb and postgres refuse root, so they run as the system's postgres user. */
function serverIdentity(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilReady<Answer>(
  attempt: () => Promise<Answer>,
  server: { exitCode: number | null },
): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      // 400 tries of 50 ms: a busy machine may take 20 s for what usually takes 0.3 s.
      if (tries === 400 || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
