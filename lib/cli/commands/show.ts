import type { DrillRecord } from '../../domain/drill-record.ts';
import { renderJson } from '../../domain/report/json.ts';
import { renderJunit } from '../../domain/report/junit.ts';
import { renderMarkdown } from '../../domain/report/markdown.ts';
import { renderShow } from '../../domain/report/show.ts';
import { localLedger } from '../../local/local-ports.ts';
import { placesFor } from '../../local/places.ts';
import { widthOf } from '../render/colour.ts';
import { warnOfDamage } from './ledger-damage.ts';

export type ShowFormat = 'text' | 'markdown' | 'json' | 'junit';

/** `restore-drill show`: one record; the newest when none is named. 2 when there is no such record. */
export async function show(
  drillId: string | undefined,
  options: { format: ShowFormat; stateDir?: string },
): Promise<number> {
  const ledger = localLedger(placesFor(options), warnOfDamage);
  const record = drillId === undefined ? (await ledger.history({ limit: 1 }))[0] : await ledger.show(drillId);
  if (record === undefined || record === null) {
    const what =
      drillId === undefined ? 'the ledger is empty' : `there is no drill "${drillId}" in the ledger`;
    process.stderr.write(`restore-drill: ${what}\nHINT: See \`restore-drill history\`.\n`);
    return 2;
  }
  process.stdout.write(rendered(record, options.format));
  return 0;
}

function rendered(record: DrillRecord, format: ShowFormat): string {
  switch (format) {
    case 'text':
      return renderShow(record, widthOf(process.stdout));
    case 'markdown':
      return renderMarkdown(record);
    case 'json':
      return renderJson(record);
    case 'junit':
      return renderJunit(record);
  }
}
