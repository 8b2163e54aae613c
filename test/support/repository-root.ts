import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json, above this file or above the bundle that it went into. */
export const repositoryRoot = folderOfManifest(import.meta.dirname);

function folderOfManifest(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderOfManifest(dirname(folder));
}
