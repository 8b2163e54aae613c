import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where commands are looked for that are given by name alone. */
export const commandPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The path of a program, found as a shell does it; or why it cannot be run. */
export function findProgram(name: string, path: string): { path: string } | { missing: string } {
  if (name.includes('/') && !name.startsWith('/'))
    return { missing: `${name} is a relative path, and commands run in a folder of their own` };
  const candidates = name.startsWith('/') ? [name] : path.split(':').map((folder) => join(folder, name));
  let refused: string | null = null;
  for (const candidate of candidates) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile() !== true) continue;
    try {
      accessSync(candidate, constants.X_OK);
      return { path: candidate };
    } catch {
      refused = `${candidate} is not executable`;
    }
  }
  return {
    missing: refused ?? (name.startsWith('/') ? `there is no ${name}` : `there is no ${name} in ${path}`),
  };
}
