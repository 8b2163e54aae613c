import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { backupAgeSeconds } from '../../../domain/record/report/drill-event.ts';
import { countChecks } from '../../../domain/record/report/wording.ts';
import { secondsBetween } from '../../../domain/time/spans.ts';
import type { MetricFamily, Sample } from './exposition-text.ts';

const verdicts = ['PROVEN', 'NOT_PROVEN', 'COULD_NOT_VERIFY'] as const;
const severities = ['error', 'unverified', 'warning', 'info'] as const;

/**
 * Metrics of a database's last drill, all gauges in base units. What was not measured is absent, because no number says
 * so.
 *
 * @param provenAt when a drill of the database last ended PROVEN, this one included, ISO 8601; null: never
 */
export function drillMetrics(record: DrillRecord, provenAt: string | null): MetricFamily[] {
  const { database, rto, rpo, dump } = record;
  const one = (value: number | null): Sample[] => (value === null ? [] : [{ labels: { database }, value }]);
  const moment = (at: string | null): Sample[] => one(at === null ? null : Date.parse(at) / 1000);
  const { passed, failed, notRun } = countChecks(record);
  const families: [name: string, help: string, samples: Sample[]][] = [
    ['last_run_timestamp_seconds', 'When the last drill ended.', moment(record.endedAt)],
    ['last_proven_timestamp_seconds', 'When a drill last ended PROVEN.', moment(provenAt)],
    [
      'last_run_verdict',
      'The verdict of the last drill: 1 for the one that it is, 0 for the others.',
      verdicts.map((verdict) => ({
        labels: { database, verdict },
        value: verdict === record.verdict ? 1 : 0,
      })),
    ],
    [
      'last_run_duration_seconds',
      'How long the last drill took.',
      one(secondsBetween(record.startedAt, record.endedAt)),
    ],
    ['rto_seconds', 'Recovery time that the last drill measured.', one(rto.actualSeconds)],
    ['rto_objective_seconds', 'Recovery time that was promised.', one(rto.targetSeconds)],
    [
      'rpo_seconds',
      'Time of data that would have been lost, as the last drill measured it.',
      one(rpo.actualSeconds),
    ],
    ['rpo_objective_seconds', 'Time of data that may be lost at most.', one(rpo.targetSeconds)],
    ['backup_timestamp_seconds', 'The moment whose state the drilled backup holds.', moment(rpo.dumpPoint)],
    ['backup_age_seconds', 'Age of the backup when it was drilled.', one(backupAgeSeconds(record))],
    ['backup_size_bytes', 'Size of the drilled backup.', one(dump?.bytes ?? null)],
    [
      'findings',
      'Findings of the last drill by severity.',
      severities.map((severity) => ({
        labels: { database, severity },
        value: record.findings.filter((finding) => finding.severity === severity).length,
      })),
    ],
    [
      'checks',
      'Checks of the last drill by outcome.',
      Object.entries({ passed, failed, not_run: notRun }).map(([outcome, value]) => ({
        labels: { database, outcome },
        value,
      })),
    ],
  ];
  return families.map(([name, help, samples]) => ({ name: `restore_drill_${name}`, help, samples }));
}
