import { formatSeconds } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { unpainted } from './painting.ts';
import { terminalTable } from './terminal-table.ts';
import { bySeverity } from './wording.ts';

/** Earlier drills as a table for a terminal, one line each, in the order given. The drill id is never shortened: `show` needs it. */
export function renderHistory(records: DrillRecord[], width = 80, painting = unpainted): string {
  if (records.length === 0) return 'No drill is in the ledger yet.\n';
  const cells = (of: (record: DrillRecord) => string) => records.map(of);
  const seconds = (value: number | null) => (value === null ? '–' : formatSeconds(value));
  const table = terminalTable(
    [
      { header: 'STARTED (UTC)', cells: cells((r) => r.startedAt.slice(0, 16).replace('T', ' ')) },
      { header: 'DATABASE', cells: cells((r) => r.database), leastWidth: 10 },
      {
        header: 'VERDICT',
        cells: cells((r) => r.verdict),
        paint: (text, row) => {
          const record = records[row];
          return record === undefined ? painting.dim(text) : painting.verdict(record.verdict, text);
        },
      },
      { header: 'RTO', cells: cells((r) => seconds(r.rto.actualSeconds)), align: 'right', dropOrder: 1 },
      { header: 'RPO', cells: cells((r) => seconds(r.rpo.actualSeconds)), align: 'right', dropOrder: 3 },
      { header: 'WHY', cells: cells(why), leastWidth: 12, dropOrder: 2 },
      { header: 'DUMP', cells: cells((r) => r.dump?.key ?? '–'), leastWidth: 16, keep: 'end', dropOrder: 4 },
      { header: 'DRILL', cells: cells((r) => r.drillId) },
    ],
    width,
    painting.dim,
  );
  return `${table}\n`;
}

/** Code of the gravest finding and how many more there are of errors and unverified ones. */
function why({ findings }: DrillRecord): string {
  const grave = bySeverity(findings).filter(
    ({ severity }) => severity === 'error' || severity === 'unverified',
  );
  const more = grave.length - 1;
  return grave[0] === undefined ? '–' : grave[0].code + (more > 0 ? ` +${more}` : '');
}
