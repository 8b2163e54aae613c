import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { readConfig } from '../../adapters/local/config-file.ts';
import { isDrillError } from '../../domain/errors.ts';
import { formatBytes } from '../../domain/report/quantities.ts';
import { localSandboxes } from '../../local/local-ports.ts';
import { placesFor } from '../../local/places.ts';

interface Diagnosis {
  what: string;
  ok: boolean;
  detail: string;
}

/** Less free disk than this and even a small drill may run out: an empty cluster with its WAL needs 200 MB. */
const leastFreeBytes = 1_000_000_000;

/** `restore-drill doctor`: what drills on this machine need, one line each. 0 when all is well, else 2. */
export async function doctor(options: {
  config?: string;
  stateDir?: string;
  cacheDir?: string;
}): Promise<number> {
  const places = placesFor(options);
  const diagnoses = [
    nodeVersion(),
    await writable('state', places.stateDirectory),
    await freeDisk(places.sandboxDirectory),
    ...(await servers(places)),
    ...(options.config === undefined ? [] : [await configuration(options.config)]),
  ];
  for (const { what, ok, detail } of diagnoses)
    process.stdout.write(`${ok ? 'ok      ' : 'problem '} ${what}: ${detail}\n`);
  return diagnoses.every(({ ok }) => ok) ? 0 : 2;
}

function nodeVersion(): Diagnosis {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    what: 'Node.js',
    ok: major >= 20,
    detail: major >= 20 ? process.version : `${process.version}; 20 or later is needed`,
  };
}

async function writable(what: string, directory: string): Promise<Diagnosis> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    return { what, ok: true, detail: directory };
  } catch {
    return { what, ok: false, detail: `${directory} cannot be written; give --state-dir` };
  }
}

async function freeDisk(directory: string): Promise<Diagnosis> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  return {
    what: 'disk for sandboxes',
    ok: freeBytes > leastFreeBytes,
    detail: `${formatBytes(freeBytes)} free in ${directory}`,
  };
}

async function servers(places: ReturnType<typeof placesFor>): Promise<Diagnosis[]> {
  try {
    const available = await localSandboxes(places, () => {}).describeServers();
    return available.map(({ majorVersion, installed, cachedVersion, fetchableVersion }) => ({
      what: `PostgreSQL ${majorVersion}`,
      ok: true,
      detail:
        installed !== null
          ? `installed (${installed.version})`
          : cachedVersion !== null
            ? `fetched before (${cachedVersion})`
            : `fetched when first needed (${fetchableVersion})`,
    }));
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return [{ what: 'PostgreSQL servers', ok: false, detail: `${error.message}. ${error.hint}` }];
  }
}

async function configuration(file: string): Promise<Diagnosis> {
  try {
    const { databases } = await readConfig(file);
    return { what: 'configuration', ok: true, detail: `${file}: ${Object.keys(databases).join(', ')}` };
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return { what: 'configuration', ok: false, detail: error.message };
  }
}
