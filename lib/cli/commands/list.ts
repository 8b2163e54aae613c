import type { DumpObject } from '../../domain/dump.ts';
import { selectDumps } from '../../domain/dump-selection.ts';
import { formatBytes } from '../../domain/report/quantities.ts';
import { visibleText } from '../../domain/report/visible-text.ts';
import { type LocalConfiguration, loadLocalConfiguration } from '../../local/local-configuration.ts';
import type { DrillOptions } from '../../local/request-options.ts';
import { selectionCriteria } from '../../steps/select-dump.ts';

/** `restore-drill list`: the dumps as the selection sees them, newest first, with reasons. 2 when none is eligible. */
export async function list(database: string | undefined, options: DrillOptions): Promise<number> {
  const configuration = await loadLocalConfiguration({ ...options, database });
  const names = configuration.databases();
  const wanted = configuration.chosen === undefined ? names : [configuration.chosen];
  let eligible = true;
  for (const name of wanted) eligible = (await listOne(name, configuration, options)) && eligible;
  return eligible ? 0 : 2;
}

async function listOne(
  name: string,
  configuration: LocalConfiguration,
  options: DrillOptions,
): Promise<boolean> {
  const { source } = configuration.database(name);
  const opened = await configuration.openStore(source);
  const { store } = opened;
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  const at = options.at === undefined ? null : new Date(options.at).toISOString();
  const selection = selectDumps(objects, selectionCriteria(source, opened, { at, key: configuration.key }));
  process.stdout.write(`${name}: ${store.location}\n`);
  for (const { key, sizeBytes, nameTimestamp, modifiedAt } of selection.candidates) {
    const moment = nameTimestamp?.startsAt ?? `${modifiedAt} (upload)`;
    process.stdout.write(
      `  eligible  ${moment}  ${formatBytes(sizeBytes).padStart(9)}  ${visibleText(key)}\n`,
    );
  }
  for (const { key, reason } of selection.refused)
    process.stdout.write(`  refused   ${visibleText(key)}: ${reason}\n`);
  process.stdout.write(`  ignored   ${selection.ignored} objects that are no dumps by their names\n`);
  return selection.candidates.length > 0 && selection.newestRefused === null;
}
