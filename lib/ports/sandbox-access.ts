import type { ClientConfig } from 'pg';
import type { SandboxAddress } from '../domain/sandbox/address.ts';

/**
 * How to log in to a sandbox as its master role. Local: a socket or loopback with a password that never leaves the
 * process; AWS: an IAM token signed on the spot with full TLS verification. Secrets stay inside the adapter.
 */
export interface SandboxAccess {
  connection(address: SandboxAddress, database: string): Promise<ClientConfig>;
  /**
   * How to log in as the sandbox's own administrator, to a database that holds nothing of a dump: to look at what code of
   * the dump did to the server, and to put it right. Absent where we have none (RDS keeps it to itself).
   */
  administration?(address: SandboxAddress): Promise<ClientConfig>;
  /**
   * Runs a CREATE EXTENSION that the policy allowed, where the RDS master may create the extension and the master of a
   * plain server may not (`pg_stat_statements` is not a trusted extension). Absent where the master can do it itself.
   * @throws an error of the driver when the server refuses
   */
  installExtension?(address: SandboxAddress, database: string, statement: string): Promise<void>;
}
