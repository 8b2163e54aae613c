import { commandPath, findProgram } from '../../adapters/sandboxes/local-process/find-program.ts';
import type { LocalSandboxHost } from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { readSealedInfo } from '../../recovery/physical/pgbackrest/repository-files.ts';
import { readKeys } from '../../runtimes/local/dump-keys.ts';
import type { LocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { openLocalSource } from '../../runtimes/local/open-source.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/**
 * Whether what brings base backups can be reached from this machine: the repository of a tool with the key for it, or the
 * programs of commands with their secrets, and what they list.
 */
export async function diagnoseBackupTools(
  configuration: LocalConfiguration,
  sandboxes: LocalSandboxHost,
): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const name of configuration.databases()) {
    const { physical } = configuration.database(name).source;
    if (physical?.tool != null)
      diagnoses.push(...(await diagnose(`repository of ${name}`, () => repository(name, configuration))));
    if (physical?.commands != null)
      diagnoses.push(
        ...(await diagnose(`commands of ${name}`, () => commands(name, configuration, sandboxes))),
      );
  }
  return diagnoses;
}

/** @throws DrillError what keeps it from being read */
async function repository(name: string, configuration: LocalConfiguration): Promise<Diagnosis> {
  const what = `repository of ${name}`;
  const { source } = configuration.database(name);
  const { basePrefix = '', walPrefix = '' } = source.physical ?? {};
  const { store, prefix } = await configuration.openStore(source);
  const keys = await readKeys(configuration.keyPlaces(name));
  let backups = 0;
  for (const file of [`${basePrefix}backup.info`, `${walPrefix}archive.info`]) {
    const key = prefix + file;
    const found = await store.stat(key);
    if (found === null)
      throw new DrillError('DUMP_NOT_FOUND', `there is no ${file} in ${store.location}`, {
        hint: 'Give the folder or prefix that holds `archive/` and `backup/`, and the stanza as in pgbackrest.conf.',
      });
    const open = () => store.open(key);
    const info = await readSealedInfo({ name: file, sizeBytes: found.sizeBytes, open }, keys);
    backups += info.get('backup:current')?.size ?? 0;
  }
  return backups === 0
    ? problem(what, `${store.location} answers, and holds no backup`)
    : ok(what, `${store.location} answers: ${formatCountOf(backups, 'backup')}`);
}

/** @throws DrillError what keeps them from being run */
async function commands(
  name: string,
  configuration: LocalConfiguration,
  sandboxes: LocalSandboxHost,
): Promise<Diagnosis[]> {
  const what = `commands of ${name}`;
  const { source } = configuration.database(name);
  const { fetch, restore, list } = source.physical?.commands ?? { fetch: [], restore: [], list: null };
  const environment = await configuration.commandEnvironment(source);
  const path = environment?.variables.PATH ?? commandPath;
  const looks = new Set([fetch[0], restore[0], list?.[0]].filter((program) => program !== undefined));
  const programs = [...looks].map((program) => {
    const found = findProgram(program, path);
    return 'path' in found ? ok(what, `${program} is ${found.path}`) : problem(what, found.missing);
  });
  if (list === null || programs.some(({ state }) => state === 'problem')) return programs;
  const { signal } = new AbortController();
  const { store } = await openLocalSource(source, configuration, sandboxes, signal);
  const names: string[] = [];
  for await (const { key } of store.list()) names.push(key);
  const listed =
    names.length === 0
      ? problem(what, 'list names no backup')
      : ok(what, `list names ${formatCountOf(names.length, 'backup')}, e.g. ${names.at(-1)}`);
  return [...programs, listed];
}
