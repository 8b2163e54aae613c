import { existsSync } from 'node:fs';
import { readConfig } from '../../adapters/files/config-file.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { defaultConfigFile, loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { localSandboxes } from '../../runtimes/local/local-ports.ts';
import { type Places, placesFor } from '../../runtimes/local/places.ts';
import { diagnoseBackupTools } from '../doctor/backup-tools.ts';
import { type DatabaseDiagnosis, diagnoseDatabase } from '../doctor/databases.ts';
import { type Diagnosis, ok, printDiagnoses, problem } from '../doctor/diagnosis.ts';
import { diagnoseTargets } from '../doctor/notify-targets.ts';
import { diagnoseServers } from '../doctor/servers.ts';
import { diagnoseMachine, diagnoseWalls } from '../doctor/this-machine.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

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
  if (wantsAccount(options)) return printDiagnoses(await ofAccount(options, surroundings));
  let worst = 0;
  // As they come: a server that is tried takes seconds.
  for await (const diagnoses of ofThisMachine(options)) worst = Math.max(worst, printDiagnoses(diagnoses));
  return worst;
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

async function* ofThisMachine(options: DoctorOptions): AsyncGenerator<Diagnosis[]> {
  const places = placesFor(options);
  const file = options.config ?? (existsSync(defaultConfigFile) ? defaultConfigFile : null);
  yield await diagnoseMachine(places);
  const databases = file === null ? [] : await configured(file, places);
  yield databases.flatMap(({ diagnoses }) => diagnoses);
  const majors = new Set(databases.flatMap(({ majorVersion }) => majorVersion ?? []));
  yield await diagnoseServers(
    localSandboxes(places, () => {}),
    [...majors],
  );
  yield await diagnoseWalls(places);
}

/** What a drill of each database of the file needs besides. */
async function configured(file: string, places: Places): Promise<DatabaseDiagnosis[]> {
  try {
    const config = await readConfig(file);
    const configuration = await loadLocalConfiguration({ config: file });
    const names = Object.keys(config.databases);
    const databases: DatabaseDiagnosis[] = [];
    for (const name of names) databases.push(await diagnoseDatabase(name, configuration, places));
    const others = [
      ...(await diagnoseBackupTools(
        configuration,
        localSandboxes(places, () => {}),
      )),
      ...(await diagnoseTargets(config, file)),
    ];
    return [
      { diagnoses: [ok('configuration', `${file}: ${names.join(', ')}`)], majorVersion: null },
      ...databases,
      { diagnoses: others, majorVersion: null },
    ];
  } catch (error) {
    if (!isDrillError(error)) throw error;
    const problems = error.message.split('\n').map((line) => problem('configuration', line));
    return [{ diagnoses: problems, majorVersion: null }];
  }
}
