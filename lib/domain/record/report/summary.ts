import { formatBytes, formatMoment, formatSeconds } from '../../text/quantities.ts';
import { backupWord, isBaseBackup } from '../backup-words.ts';
import { dataSentence } from '../data-sentence.ts';
import type { DrillRecord } from '../drill-record.ts';
import { forecastSentence } from './forecast-words.ts';
import { checkSentence, objectiveSentence, walSentence } from './wording.ts';

/** The few facts that every terminal view of a record opens with: label and value, values not yet made visible. */
export function summaryFacts(record: DrillRecord): [label: string, value: string][] {
  const { dump, rto, rpo } = record;
  const facts: [string, string][] = [];
  if (dump === null) {
    facts.push(['Dump', 'none']);
  } else {
    const server = isBaseBackup(record)
      ? []
      : [dump.serverVersion === null ? 'server version not named' : `from PostgreSQL ${dump.serverVersion}`];
    facts.push(
      [isBaseBackup(record) ? 'Backup' : 'Dump', dump.key],
      // Of what a command brings nobody knows the size.
      ['', [dump.format, ...(dump.bytes === 0 ? [] : [formatBytes(dump.bytes)]), ...server].join(', ')],
    );
    facts.push([
      'State of',
      rpo.dumpPoint === null
        ? `not known: the ${backupWord(record)} does not say`
        : `${formatMoment(rpo.dumpPoint)}, ${ageSentence(rpo.dumpPoint, record.startedAt)}`,
    ]);
  }
  if (record.provenDump !== null && record.provenDump !== dump?.key)
    facts.push(['Proven', record.provenDump]);
  if (record.recovered !== undefined) facts.push(['WAL', walSentence(record.recovered)]);
  facts.push(
    [
      isBaseBackup(record) ? 'Recovered' : 'Restored',
      record.restore === null ? 'nothing' : dataSentence(record.tables),
    ],
    ['Checks', checkSentence(record)],
    ['RTO', objectiveSentence(rto)],
    ['RPO', objectiveSentence(rpo)],
  );
  // Why there is none stands in the report: whoever tries one dump is not to read of drills to come.
  if (record.forecast?.next) facts.push(['Forecast', forecastSentence(record.forecast)]);
  if (!record.teardown.confirmed) facts.push(['Sandbox', sandboxSentence(record)]);
  return facts;
}

/** `9 d 8 h old`, when the drill began. */
function ageSentence(dumpPoint: string, startedAt: string): string {
  const seconds = (Date.parse(startedAt) - Date.parse(dumpPoint)) / 1000;
  return seconds < 0 ? 'later than the drill' : `${formatSeconds(seconds)} old`;
}

/** What is kept because it was asked for is no worry; a teardown that failed is a finding as well. */
function sandboxSentence({ teardown, findings }: DrillRecord): string {
  const failed = findings.some(({ code }) => code === 'TEARDOWN_FAILED');
  return failed ? `NOT confirmed gone: ${teardown.detail}` : teardown.detail;
}
