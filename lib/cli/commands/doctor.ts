import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { readConfig } from '../../adapters/files/config-file.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { localSandboxes } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { diagnoseBackupTools } from '../doctor/backup-tools.ts';
import { type Diagnosis, diagnose, ok, printDiagnoses, problem } from '../doctor/diagnosis.ts';
import { diagnoseTargets } from '../doctor/notify-targets.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

/** Less free disk than this and even a small drill may run out: an empty cluster with its WAL needs 200 MB. */
const leastFreeBytes = 1_000_000_000;

interface DoctorOptions extends AccountOptions {
  config?: string;
  stateDir?: string;
  cacheDir?: string;
  /** Try what can be tried in the account without making anything. */
  rehearse?: boolean;
}

/**
 * `restore-drill doctor`: what drills on this machine need, one line each; with --stack or --aws, what is deployed, what
 * these credentials may do there, and how the drills go; with --rehearse also what of docs/first-deploy.md can be tried. 0 when nothing is wrong, else 2.
 */
export async function doctor(options: DoctorOptions, surroundings?: AccountSurroundings): Promise<number> {
  if (options.rehearse === true && !wantsAccount(options))
    throw new DrillError('REQUEST_INVALID', '--rehearse is for a deployed stack', {
      hint: 'Add --aws, or --stack NAME.',
    });
  return printDiagnoses(
    wantsAccount(options) ? await ofAccount(options, surroundings) : await ofThisMachine(options),
  );
}

async function ofAccount(
  options: DoctorOptions,
  surroundings: AccountSurroundings | undefined,
): Promise<Diagnosis[]> {
  const { diagnoseDeployment } = await import('../doctor/deployment.ts');
  const { diagnosePermissions } = await import('../doctor/permissions.ts');
  const { diagnoseSources } = await import('../doctor/sources.ts');
  const { diagnoseNotifySecrets } = await import('../doctor/notify-secrets.ts');
  return inAccount(
    options,
    async (account) => [
      ...(await diagnoseDeployment(account)),
      ...(await diagnosePermissions(account)),
      ...(await diagnoseSources(account, options.config)),
      ...(await diagnoseNotifySecrets(account, options.config)),
      ...(options.rehearse === true ? await rehearsed(account) : []),
    ],
    surroundings,
  );
}

async function rehearsed(account: Account): Promise<Diagnosis[]> {
  const { rehearseDeployment } = await import('../doctor/rehearsal/rehearse.ts');
  return rehearseDeployment(account);
}

async function ofThisMachine(options: DoctorOptions): Promise<Diagnosis[]> {
  const places = placesFor(options);
  return [
    nodeVersion(),
    await writable('state', places.stateDirectory),
    await freeDisk(places.sandboxDirectory),
    ...(await servers(places)),
    ...(await walls(places)),
    ...(options.config === undefined ? [] : await configuration(options.config, places)),
  ];
}

function nodeVersion(): Diagnosis {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 20) return ok('Node.js', process.version);
  return problem('Node.js', `${process.version}; 20 or later is needed`);
}

async function writable(what: string, directory: string): Promise<Diagnosis> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    return ok(what, directory);
  } catch {
    return problem(what, `${directory} cannot be written; give --state-dir`);
  }
}

async function freeDisk(directory: string): Promise<Diagnosis> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const detail = `${formatBytes(freeBytes)} free in ${directory}`;
  return freeBytes > leastFreeBytes
    ? ok('disk for sandboxes', detail)
    : problem('disk for sandboxes', detail);
}

const servers = (places: ReturnType<typeof placesFor>): Promise<Diagnosis[]> =>
  diagnose('PostgreSQL servers', async () => {
    const available = await localSandboxes(places, () => {}).describeServers();
    return available.map(({ majorVersion, installed, cachedVersion, fetchableVersion }) =>
      ok(
        `PostgreSQL ${majorVersion}`,
        installed !== null
          ? `installed (${installed.version})`
          : cachedVersion !== null
            ? `fetched before (${cachedVersion})`
            : `fetched when first needed (${fetchableVersion})`,
      ),
    );
  });

const serverUsers = {
  'own number': 'a user id of its own, which owns the sandbox and nothing else',
  lent: 'a user of this machine that root lends: what it owns elsewhere is not walled off by its id',
  yourself: 'yourself: what you own is not walled off by the user id',
};

/** None of it is a problem: each wall stands for itself, and the first one on every machine. */
const walls = (places: ReturnType<typeof placesFor>): Promise<Diagnosis[]> =>
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

async function configuration(file: string, places: ReturnType<typeof placesFor>): Promise<Diagnosis[]> {
  try {
    const config = await readConfig(file);
    const read = await loadLocalConfiguration({ config: file });
    const sandboxes = localSandboxes(places, () => {});
    return [
      ok('configuration', `${file}: ${Object.keys(config.databases).join(', ')}`),
      ...(await diagnoseBackupTools(read, sandboxes)),
      ...(await diagnoseTargets(config, file)),
    ];
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return [problem('configuration', error.message)];
  }
}
