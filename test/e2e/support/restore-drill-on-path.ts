import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandLine } from './command-line.ts';

/** A folder for PATH in which `restore-drill` and `node` are, as an installation leaves them. */
export function restoreDrillOnPath(folder: string, { file }: CommandLine): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, command: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  };
  write('node', `'${process.execPath}'`);
  write('restore-drill', `'${process.execPath}' '${file}'`);
  return folder;
}
