import { statfs } from 'node:fs/promises';
import { privateFolderMode } from '../../adapters/files/atomic-file.ts';
import { proveWritable } from '../../adapters/files/writable-folder.ts';
import { findingRegistry } from '../../domain/findings/finding-registry.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { localSandboxes } from '../../runtimes/local/local-ports.ts';
import type { Places } from '../../runtimes/local/places.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/** Less free disk than this and even a small drill may run out: an empty cluster with its WAL needs 200 MB. */
const leastFreeBytes = 1_000_000_000;

/** As `engines` of package.json says. */
const oldestNode = { major: 20, minor: 15 };

/** Node.js, the folders and their disk: what every drill on this machine begins with. */
export async function diagnoseMachine(places: Places): Promise<Diagnosis[]> {
  return [
    nodeVersion(process.versions.node),
    ...(await writable('state', places.stateDirectory, '--state-dir')),
    ...(await writable('folder for sandboxes', places.sandboxDirectory, 'RESTORE_DRILL_SANDBOX_DIR')),
    ...(await diagnose('disk for sandboxes', () => freeDisk(places.sandboxDirectory))),
  ];
}

/** @param version without its v */
export function nodeVersion(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: oldMajor, minor: oldMinor } = oldestNode;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return ok('Node.js', `v${version}`);
  return problem(
    'Node.js',
    `v${version}; ${oldMajor}.${oldMinor} or later is needed. Install Node.js 22 or 24.`,
  );
}

/** As a drill proves it before it begins. */
const writable = (what: string, folder: string, setting: string): Promise<Diagnosis[]> =>
  diagnose(what, async () => {
    await proveWritable(folder, setting, privateFolderMode);
    return ok(what, folder);
  });

async function freeDisk(folder: string): Promise<Diagnosis> {
  const freeBytes = await freeBytesIn(folder).catch(() => null);
  if (freeBytes === null) return problem('disk for sandboxes', `${folder} cannot be looked at`);
  const detail = `${formatBytes(freeBytes)} free in ${folder}`;
  return freeBytes > leastFreeBytes
    ? ok('disk for sandboxes', detail)
    : problem('disk for sandboxes', `${detail}. ${findingRegistry.SANDBOX_DISK_FULL.hint}`);
}

/** Of the disk that a folder lies on, for this user. @throws what the system says */
export async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const serverUsers = {
  'own number': 'a user id of its own, which owns the sandbox and nothing else',
  lent: 'a user of this machine that root lends: what it owns elsewhere is not walled off by its id',
  yourself: 'yourself: what you own is not walled off by the user id',
};

/** None of it is a problem: each wall stands for itself, and the first one on every machine. */
export const diagnoseWalls = (places: Places): Promise<Diagnosis[]> =>
  diagnose('walls of a sandbox', async () => {
    const { sharedBecause, user } = await localSandboxes(places, () => {}).describeWalls();
    return [
      ok(
        'sandbox, rights',
        'the role that restores reaches no program, file or session; foreign-data wrappers connect to nothing',
      ),
      ok(
        'sandbox, network and files',
        sharedBecause === null
          ? 'its own: no address, and no file but its own and the libraries'
          : `shared with this machine, because namespaces cannot be made (${sharedBecause})`,
      ),
      ok('sandbox, user', serverUsers[user]),
    ];
  });
