import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ClusterDump, DumpFailure } from '../../../ports/cluster-dump.ts';
import { adminRole } from './server-settings.ts';
import { serverEnvironment } from './tool-run.ts';

/** What pg_dumpall said last, of its own: details of a row's content stand in other lines. */
const errorLine = /^pg_dump(?:all)?: (?:error|detail): (.*)$/;
const mostCharacters = 300;

/** What libpq says when the other side is not there any more. */
const serverGone =
  /server closed the connection unexpectedly|no connection to the server|connection to server .* failed/;

/**
 * Dumps a whole cluster as its administrator, with the program of the server's own major. It runs no code of the cluster but
 * the output functions of its types.
 */
export function dumpCluster(
  server: { binDirectory: string; socketDirectory: string; port: number },
  signal: AbortSignal,
): ClusterDump {
  const words = ['--host', server.socketDirectory, '--port', String(server.port), '--username', adminRole];
  const child = spawn(join(server.binDirectory, 'pg_dumpall'), [...words, '--no-password'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...serverEnvironment, PATH: process.env.PATH ?? '/usr/bin:/bin' },
    signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-16_384);
  });
  const failure = new Promise<DumpFailure | null>((resolve) => {
    child.once('error', ({ message }) =>
      resolve({ words: `pg_dumpall could not be started: ${message}`, lost: true }),
    );
    child.once('close', (exitCode, killed) => {
      if (exitCode === 0) return resolve(null);
      const errors = said.split('\n').flatMap((line) => errorLine.exec(line)?.[1] ?? []);
      const last = errors.slice(-2).join('; ').slice(0, mostCharacters);
      resolve({
        words: `pg_dumpall ended with ${exitCode ?? killed}${last === '' ? '' : `: ${last}`}`,
        lost: exitCode === null || serverGone.test(said),
      });
    });
  });
  return { text: child.stdout, failure };
}
