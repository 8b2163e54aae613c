import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientConfig } from 'pg';
import type { SandboxAddress } from '../../../../domain/sandbox/address.ts';
import { quoted } from '../../../../domain/text/sql-text.ts';
import type { SandboxAccess } from '../../../../ports/sandbox-access.ts';
import { masterPassword } from './master-secret.ts';
import { isLoginRefused, isWrongPassword, queryAsMaster } from './master-session.ts';

/** Signs an IAM database token on this machine, without a call to AWS (docs/facts.md#iam-database-tokens). */
export type TokenSigner = (address: SandboxAddress) => Promise<string>;

/** Opens and closes the sandbox for IAM tokens. */
export interface TokenAdmission {
  /**
   * Lets tokens in, and the password no more: `rds_iam` takes precedence over a password. Safe to repeat.
   * @throws DrillError SANDBOX_LOST, SANDBOX_UNAVAILABLE
   */
  admitTokens(address: SandboxAddress): Promise<void>;
  /** The reverse, so that the secret that is handed over works. @throws as admitTokens */
  withdrawTokens(address: SandboxAddress): Promise<void>;
  /**
   * Whether the server takes tokens from the master now. A server that takes them and refuses ours is an error, not a
   * no. @throws as admitTokens
   */
  tokensAdmitted(address: SandboxAddress): Promise<boolean>;
}

export type RdsSandboxAccess = SandboxAccess & TokenAdmission;

export interface TokenAccessOptions {
  sign: TokenSigner;
  /** PEM text of the certificates that the sandbox's own must come from; nothing else is trusted. */
  ca: string;
}

export interface TaskAccessOptions extends TokenAccessOptions {
  secrets: SecretsManagerClient;
}

/**
 * For doors without a route to Secrets Manager: every connection logs in with a token of its own, signed as it opens,
 * because a token lives 15 minutes and a restore opens connections for hours.
 */
export function tokenAccess({ sign, ca }: TokenAccessOptions): RdsSandboxAccess {
  const connection = async (address: SandboxAddress, database: string): Promise<ClientConfig> =>
    verifiedTls(address, database, ca, () => sign(address));
  return { connection, ...tokenAdmission(connection, connection) };
}

/**
 * For the restore task. A master without a secret logs in with tokens from the start; any other with the managed
 * password until tokens are admitted, and with tokens from then on – also when an earlier task of the drill admitted
 * them, which a single probe per process finds out.
 */
export function taskAccess({ secrets, sign, ca }: TaskAccessOptions): RdsSandboxAccess {
  const logins = new Map<string, Promise<'password' | 'token'>>();
  const passwords = new Map<string, Promise<string>>();

  function passwordOf(address: SandboxAddress): Promise<string> {
    return remembered(passwords, address.sandboxId, () => masterPassword(secrets, address));
  }
  const byToken = async (address: SandboxAddress, database: string): Promise<ClientConfig> =>
    verifiedTls(address, database, ca, () => sign(address));
  const byPassword = async (address: SandboxAddress, database: string): Promise<ClientConfig> => {
    const password = await passwordOf(address);
    return verifiedTls(address, database, ca, password);
  };

  async function probe(address: SandboxAddress): Promise<'password' | 'token'> {
    if (address.secretArn === undefined) return 'token';
    try {
      await queryAsMaster(await byPassword(address, 'postgres'), 'select 1');
      return 'password';
    } catch (error) {
      if (isLoginRefused(error)) return 'token';
      throw error;
    }
  }
  const connection = async (address: SandboxAddress, database: string): Promise<ClientConfig> => {
    const login = await remembered(logins, address.sandboxId, () => probe(address));
    return login === 'password' ? byPassword(address, database) : byToken(address, database);
  };
  const admission = tokenAdmission(connection, byToken);
  return {
    connection,
    tokensAdmitted: admission.tokensAdmitted,
    async admitTokens(address) {
      await admission.admitTokens(address);
      logins.set(address.sandboxId, Promise.resolve('token'));
    },
    async withdrawTokens(address) {
      await admission.withdrawTokens(address);
      logins.set(address.sandboxId, Promise.resolve('password'));
    },
  };
}

type Connection = SandboxAccess['connection'];

function tokenAdmission(connection: Connection, byToken: Connection): TokenAdmission {
  const asMaster = async (address: SandboxAddress, verb: (role: string) => string) => {
    await queryAsMaster(await connection(address, 'postgres'), verb(quoted(address.masterRole)));
  };
  return {
    // Without a secret they are admitted since the instance was made.
    admitTokens: async (address) => {
      if (address.secretArn !== undefined) await asMaster(address, (role) => `GRANT rds_iam TO ${role}`);
    },
    withdrawTokens: (address) => asMaster(address, (role) => `REVOKE rds_iam FROM ${role}`),
    async tokensAdmitted(address) {
      try {
        await queryAsMaster(await byToken(address, 'postgres'), 'select 1');
        return true;
      } catch (error) {
        if (isWrongPassword(error)) return false;
        throw error;
      }
    },
  };
}

/** Remembers a promise; one that failed is forgotten, so that the next call tries anew. */
function remembered<Value>(known: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>) {
  const existing = known.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/**
 * TLS with the server's certificate and name verified; pg refuses to go on in plain text when `ssl` is set and the
 * server offers none. `options` keeps PGOPTIONS of the environment away.
 */
function verifiedTls(
  address: SandboxAddress,
  database: string,
  ca: string,
  password: string | (() => Promise<string>),
): ClientConfig {
  const { host, port, masterRole: user } = address;
  const ssl = { ca, rejectUnauthorized: true };
  return { host, port, user, database, password, ssl, options: '-c statement_timeout=0' };
}
