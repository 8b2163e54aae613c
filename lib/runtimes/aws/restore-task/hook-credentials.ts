import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { caBundleFileName } from '../../../contract/names.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';

/** A token opens connections for 15 minutes (docs/facts.md#iam-database-tokens); ours is never older than ten. */
const tokenRenewalSeconds = 600;

/** Where a hook connects, and as whom. */
export type HookAddress = Pick<SandboxAddress, 'host' | 'port' | 'masterRole'>;

interface HookCredentials {
  address: HookAddress;
  /** Shared by the two containers of a hook's task and by nobody else. */
  folder: string;
  caBundlePath: string;
  /** What opens a connection now: a token of an instance, signed on the spot, or a password. */
  token(address: HookAddress): Promise<string>;
}

/** File that says that the hook may begin: written last. */
const passFile = 'pgpass';

/**
 * Lays down what a hook logs in with: `pgpass` (libpq and most drivers read PGPASSFILE at every connection),
 * `password` (the token alone, for images that run as another user, because libpq refuses a pgpass that others may
 * read) and the certificates.
 */
async function writeHookCredentials(credentials: HookCredentials): Promise<void> {
  const { address, folder } = credentials;
  const token = await credentials.token(address);
  await mkdir(folder, { recursive: true });
  await copyFile(credentials.caBundlePath, join(folder, caBundleFileName));
  await replaceFile(join(folder, 'password'), token, 0o644);
  const line = [address.host, String(address.port), '*', address.masterRole, token].map(escaped).join(':');
  await replaceFile(join(folder, passFile), `${line}\n`, 0o600);
}

/** Writes the credentials and renews them until the task ends: a migration may open connections for hours. */
export async function keepHookCredentials(
  credentials: HookCredentials,
  signal: AbortSignal,
  renewalSeconds: number = tokenRenewalSeconds,
): Promise<void> {
  while (!signal.aborted) {
    await writeHookCredentials(credentials);
    await delay(renewalSeconds * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Whether a hook may begin; the container's health check. */
export const hookCredentialsFile = (folder: string): string => join(folder, passFile);

/** In pgpass `:` separates and `\` escapes; `*` alone matches anything. */
const escaped = (field: string): string => (field === '*' ? field : field.replace(/[\\:]/g, '\\$&'));

/** Whoever reads at this moment finds the former or the new file, never half of one. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, text, { mode });
  await rename(fresh, path);
}
