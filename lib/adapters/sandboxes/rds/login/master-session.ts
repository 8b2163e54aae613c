import { Client, type ClientConfig, DatabaseError } from 'pg';
import { DrillError } from '../../../../domain/findings/errors.ts';
import { isConnectionLost } from '../../../postgres/query-error.ts';

const connectTimeoutMs = 30_000;
const statementTimeoutMs = 60_000;

/** A login that the server refused. */
class LoginRefused extends DrillError {
  readonly sqlState: string;

  constructor(host: string, sqlState: string, cause: unknown) {
    super('SANDBOX_UNAVAILABLE', `the sandbox ${host} refused the login of its master role (${sqlState})`, {
      hint: 'Check that the role of this function or task may use rds-db:connect for the master role.',
      fault: 'service',
      cause,
    });
    this.sqlState = sqlState;
  }
}

/** True for a refused login, whatever it was refused for. */
export const isLoginRefused = (error: unknown): boolean => error instanceof LoginRefused;

/**
 * True when the server took what it was given for a password and found it wrong (28P01). A server that wants a token
 * and does not accept the given one answers 28000 instead, as it does to a password.
 */
export const isWrongPassword = (error: unknown): boolean =>
  error instanceof LoginRefused && error.sqlState === '28P01';

/**
 * Runs one statement of ours as the master role.
 * @throws DrillError SANDBOX_LOST when the server is gone, SANDBOX_UNAVAILABLE when it says no
 */
export async function queryAsMaster(config: ClientConfig, sql: string): Promise<void> {
  const client = new Client({
    ...config,
    application_name: 'restore-drill',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs,
  });
  // A connection that breaks between queries is told by the next query; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(sql);
  } catch (error) {
    throw named(error, config.host ?? '', sql);
  } finally {
    await client.end().catch(() => {});
  }
}

function named(error: unknown, host: string, sql: string): DrillError {
  const sqlState = error instanceof DatabaseError ? (error.code ?? '') : '';
  if (sqlState.startsWith('28')) return new LoginRefused(host, sqlState, error);
  if (isConnectionLost(error))
    return new DrillError('SANDBOX_LOST', `the sandbox ${host} cannot be reached`, {
      hint: 'Start the drill again; if it happens again, check the security groups of the sandbox.',
      fault: 'service',
      cause: error,
    });
  // Statements here are ours and hold no data, so the server's words may be repeated.
  const what = error instanceof Error ? `${sqlState} ${error.message}`.trim() : String(error);
  return new DrillError('SANDBOX_UNAVAILABLE', `the sandbox refused "${sql}" (${what})`, {
    hint: 'Check that the CA bundle is the current one of RDS, and that the server offers IAM database authentication.',
    fault: 'service',
    cause: error,
  });
}
