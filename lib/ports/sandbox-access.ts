import type { ClientConfig } from 'pg';
import type { SandboxAddress } from './sandbox.ts';

/**
 * How to log in to a sandbox as its master role. Local: a socket or loopback with a password that never leaves the
 * process; AWS: an IAM token signed on the spot with full TLS verification. Secrets stay inside the adapter.
 */
export interface SandboxAccess {
  connection(address: SandboxAddress, database: string): Promise<ClientConfig>;
}
