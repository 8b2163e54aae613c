import type { DumpObject } from '../../domain/backup/dump.ts';
import { selectDumps } from '../../domain/backup/dump-selection.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import { type LocalConfiguration, loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { selectionCriteria } from '../../steps/select-dump.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

export type ListOptions = DrillOptions & AccountOptions;

type OpenSource = (source: SourceConfig) => Promise<OpenedSource>;

/**
 * `restore-drill list`: the dumps as the selection sees them, newest first, with reasons. 2 when a database has no
 * eligible one. In an account its sources are read with the operator's rights and the keys that the stack would use.
 */
export async function list(
  database: string | undefined,
  options: ListOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  if (!wantsAccount(options)) {
    const configuration = await loadLocalConfiguration({ ...options, database });
    return listAll(configuration, options, (source) => configuration.openStore(source));
  }
  refuseFolders(options);
  // --region is the account's here: each source has its own.
  const configuration = await loadLocalConfiguration({ ...options, region: undefined, database });
  return inAccount(
    options,
    async (account) => {
      noteDifferences(configuration, account);
      return listAll(configuration, options, account.openSource);
    },
    surroundings,
  );
}

async function listAll(
  configuration: LocalConfiguration,
  options: ListOptions,
  openSource: OpenSource,
): Promise<number> {
  const wanted = configuration.chosen === undefined ? configuration.databases() : [configuration.chosen];
  let eligible = true;
  for (const name of wanted) eligible = (await listOne(name, configuration, options, openSource)) && eligible;
  return eligible ? 0 : 2;
}

function refuseFolders({ from, dump }: ListOptions): void {
  const given = from !== undefined ? '--from' : dump !== undefined ? '--dump' : null;
  if (given === null) return;
  throw new DrillError('REQUEST_INVALID', `${given} is for drills on this machine`, {
    hint: 'Leave it out to list what the stack sees, or leave out --stack and --aws.',
  });
}

/** The stack drills what was deployed; the file at hand may say something else by now. */
function noteDifferences(configuration: LocalConfiguration, { stack }: Account): void {
  const names = configuration.chosen === undefined ? configuration.databases() : [configuration.chosen];
  const missing = names.filter((name) => !stack.databases.includes(name));
  if (missing.length > 0) {
    process.stderr.write(
      `restore-drill: not deployed in ${stack.name}: ${missing.join(', ')} (deployed are: ${stack.databases.join(', ')})\n`,
    );
  }
}

async function listOne(
  name: string,
  configuration: LocalConfiguration,
  options: ListOptions,
  openSource: OpenSource,
): Promise<boolean> {
  const { source } = configuration.database(name);
  const opened = await openSource(source);
  const { store } = opened;
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  const at = options.at === undefined ? null : new Date(options.at).toISOString();
  const selection = selectDumps(objects, selectionCriteria(source, opened, { at, key: configuration.key }));
  process.stdout.write(`${visibleText(`${name}: ${store.location}`)}\n`);
  for (const { key, sizeBytes, nameTimestamp, modifiedAt } of selection.candidates) {
    const moment = nameTimestamp?.startsAt ?? `${modifiedAt} (upload)`;
    process.stdout.write(
      `  eligible  ${moment}  ${formatBytes(sizeBytes).padStart(9)}  ${visibleText(key)}\n`,
    );
  }
  for (const { key, reason } of selection.refused)
    process.stdout.write(`  refused   ${visibleText(`${key}: ${reason}`)}\n`);
  process.stdout.write(`  ignored   ${selection.ignored} objects that are no dumps by their names\n`);
  return selection.candidates.length > 0 && selection.newestRefused === null;
}
