import type { DumpObject } from '../../domain/backup/dump.ts';
import { type DumpCandidate, type DumpSelection, selectDumps } from '../../domain/backup/dump-selection.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { formatBytes } from '../../domain/text/quantities.ts';
import { visibleJson, visibleText } from '../../domain/text/visible-text.ts';
import { momentGiven } from '../../domain/time/given-moment.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import { type LocalConfiguration, loadLocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import { localSandboxes } from '../../runtimes/local/local-ports.ts';
import { openLocalSource } from '../../runtimes/local/open-source.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { selectionCriteria } from '../../steps/select-dump.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

export type ListOptions = DrillOptions & AccountOptions & { limit?: number; json?: boolean };

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
    const sandboxes = localSandboxes(placesFor(options), () => {});
    const { signal } = new AbortController();
    return listAll(configuration, options, (source) =>
      openLocalSource(source, configuration, sandboxes, signal),
    );
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
  const lists: DumpList[] = [];
  for (const name of wanted) lists.push(await look(name, configuration, options, openSource));
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  process.stdout.write(
    options.json === true
      ? `${visibleJson(
          lists.map((one) => listed(one, limit)),
          2,
        )}\n`
      : lists.map((one) => described(one, limit)).join(''),
  );
  return lists.every(({ selection }) => selection.candidates.length > 0 && selection.newestRefused === null)
    ? 0
    : 2;
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

/** What the selection makes of one database's dumps. */
interface DumpList {
  database: string;
  location: string;
  selection: DumpSelection;
}

async function look(
  name: string,
  configuration: LocalConfiguration,
  options: ListOptions,
  openSource: OpenSource,
): Promise<DumpList> {
  const { source } = configuration.database(name);
  const opened = await openSource(source);
  const { store } = opened;
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  const now = new Date().toISOString();
  const at = options.at === undefined ? null : momentGiven(options.at, source.timezone, now);
  const selection = selectDumps(
    objects,
    selectionCriteria(source, opened, { at, key: configuration.dumpKey, now }),
  );
  return { database: name, location: store.location, selection };
}

const momentOf = ({ nameTimestamp, modifiedAt }: DumpCandidate): string =>
  nameTimestamp?.startsAt ?? modifiedAt;

function listed({ database, location, selection }: DumpList, limit: number) {
  const { candidates, refused, ignored, findings } = selection;
  return {
    database,
    location,
    eligible: candidates.slice(0, limit).map((dump) => ({
      key: dump.key,
      moment: momentOf(dump),
      momentFrom: dump.nameTimestamp === null ? 'upload' : 'name',
      bytes: dump.sizeBytes,
    })),
    eligibleCount: candidates.length,
    refused: refused.slice(0, limit).map(({ key, reason }) => ({ key, reason })),
    refusedCount: refused.length,
    findings: findings.map(({ code, message }) => ({ code, message })),
    ignoredCount: ignored,
  };
}

function described({ database, location, selection }: DumpList, limit: number): string {
  const { candidates, refused, ignored, findings } = selection;
  const eligible = candidates.slice(0, limit).map((dump) => {
    const moment = `${momentOf(dump)}${dump.nameTimestamp === null ? ' (upload)' : ''}`;
    return `  eligible  ${moment}  ${formatBytes(dump.sizeBytes).padStart(9)}  ${dump.key}`;
  });
  const lines = [
    `${database}: ${location}`,
    ...eligible,
    ...more(candidates.length - eligible.length, 'eligible'),
    ...refused.slice(0, limit).map(({ key, reason }) => `  refused   ${key}: ${reason}`),
    ...more(refused.length - limit, 'refused'),
    ...findings.map(({ code, message }) => `  ${code}: ${message}`),
    `  ignored   ${ignored === 1 ? '1 object that is no backup by its name' : `${ignored} objects that are no backups by their names`}`,
  ];
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}

const more = (count: number, what: string): string[] =>
  count > 0 ? [`  … and ${count} more ${what}; --limit shows more`] : [];
