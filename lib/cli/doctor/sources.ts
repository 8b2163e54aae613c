import { existsSync } from 'node:fs';
import { readConfig } from '../../adapters/files/config-file.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';
import { diagnoseOverdue } from './overdue.ts';
import { diagnoseZones } from './zones.ts';

/**
 * Whether drills.yaml is about what is deployed, whether each of its sources can be listed with these credentials, and
 * whether its schedules are kept, and whether the classes of its instances are offered in the stack's zones.
 * What the deployed functions themselves may read, only a drill shows.
 */
export async function diagnoseSources(
  account: Account,
  configFile: string | undefined,
): Promise<Diagnosis[]> {
  const file = configFile ?? (existsSync('drills.yaml') ? 'drills.yaml' : null);
  if (file === null) {
    const detail = 'give the deployed drills.yaml with --config to have its buckets looked at';
    return [{ what: 'sources', state: 'untested', detail }];
  }
  return diagnose('configuration', async () => {
    const { databases } = await readConfig(file);
    const looks = Object.entries(databases).flatMap(([name, config]) => [
      lookAt(name, config.source, account),
      diagnoseOverdue(name, config, account),
    ]);
    return [
      compare(Object.keys(databases), account, file),
      ...(await Promise.all([...looks, diagnoseZones(databases, account)])).flat(),
    ];
  });
}

function compare(configured: string[], { stack }: Account, file: string): Diagnosis {
  const missing = configured.filter((name) => !stack.databases.includes(name));
  const extra = stack.databases.filter((name) => !configured.includes(name));
  if (missing.length + extra.length === 0)
    return ok('configuration', `${file} and the stack have the same databases: ${configured.join(', ')}`);
  const differences = [
    ...(missing.length === 0 ? [] : [`not deployed: ${missing.join(', ')}`]),
    ...(extra.length === 0 ? [] : [`deployed, but not in ${file}: ${extra.join(', ')}`]),
  ];
  return problem('configuration', `${differences.join('; ')}; deploy again with \`npx cdk deploy\``);
}

function lookAt(name: string, source: SourceConfig, account: Account): Promise<Diagnosis[]> {
  const what = `source of ${name}`;
  if (source.physical?.commands != null) {
    const detail = 'its commands run in the restore task alone: start a drill';
    return Promise.resolve([{ what, state: 'untested', detail }]);
  }
  return diagnose(
    what,
    async () => {
      const { store } = await account.openSource(source);
      for await (const { key } of store.list()) return ok(what, `${store.location} answers, e.g. ${key}`);
      return problem(what, `${store.location} answers, but holds nothing`);
    },
    (error) => accountError(error, account.clients.failed),
  );
}
