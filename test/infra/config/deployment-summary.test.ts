import { describe, expect, test } from 'vitest';
import { deploymentSummary } from '../../../lib/infra/config/deployment-summary.ts';
import { aConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { type Alarm, resourcesOf } from '../support/template.ts';

const summaryOf = (text: string): string[] => deploymentSummary(aConfig(text)).trimEnd().split('\n');

describe('the summary of a synthesis', () => {
  test('names what each database has and what it lacks, with the reason', () => {
    expect(
      summaryOf(`
aws: { alarmEmail: on-call@example.com }
databases:
  shop:
    source: { bucket: acme, maxAge: 26h }
    schedule: { cron: "0 3 * * ? *", grace: 1d }
    objectives: { rto: 4h }
  billing: { source: { bucket: acme } }
`),
    ).toEqual([
      '  Databases  2: shop, billing',
      '  Schedules  drilled by schedule: shop (0 3 * * ? *)',
      '             drilled only when somebody starts it, because it has no schedule: billing',
      '  Watched    hourly, and told by name: a change for the worse once, and when it is well again',
      '             told when not proven in time: shop (2 d 1 h)',
      '             never told for missing drills, because it has no schedule: billing',
      '             told when the newest dump is too old: shop (1 d 2 h)',
      '             never told for old dumps, because neither source.maxAge nor source.interval nor objectives.rpo is set: billing',
      '             told when an objective is missed: shop (4 h)',
      '             measured and never missed, because no objectives are set: billing',
      '  Alarms     two for all databases: restore-drill-attention while the watch finds anything, or is silent for three hours; restore-drill-functionErrors when a guard function failed',
      '             a rule tells at once of each execution that failed, timed out or was aborted, whatever else is dead',
      '  Heard by   on-call@example.com, once the mail of AWS is confirmed',
      '  Approvals  by the links of a notification, or restore-drill approve',
    ]);
  });

  test('says that nobody hears of anything, and how approvals are given without links', () => {
    const lines = summaryOf(
      'aws: { approvalLinks: false }\ndatabases: { shop: { source: { bucket: acme } } }',
    );
    expect(lines.at(-2)).toBe(
      '  Heard by   nobody, because aws.alarmEmail is not set: subscribe to the topic yourself',
    );
    expect(lines.at(-1)).toBe(
      '  Approvals  by restore-drill approve alone, because aws.approvalLinks is false',
    );
  });

  test('names the very alarms that are deployed, their dead man’s switch and the rule', () => {
    const config = aConfig(
      'aws: { stackName: restore-drill-staging }\ndatabases: { shop: { source: { bucket: acme } } }',
    );
    const { json } = synthesize(config);
    const text = deploymentSummary(config);
    const alarms = resourcesOf<Alarm>(json, 'AWS::CloudWatch::Alarm');

    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual(
      [...text.matchAll(/restore-drill-staging-\w+/g)].map(([name]) => name).sort(),
    );
    const attention = alarms.find(({ AlarmName }) => AlarmName === 'restore-drill-staging-attention')!;
    expect(attention.TreatMissingData).toBe('breaching');
    expect(attention.Period! * attention.EvaluationPeriods).toBe(3 * 3600);
    const rules = resourcesOf<{ EventPattern?: { detail?: { status?: string[] } } }>(
      json,
      'AWS::Events::Rule',
    );
    const statuses = rules.map(({ EventPattern }) => EventPattern?.detail?.status?.toSorted() ?? []);
    expect(statuses).toContainEqual(['ABORTED', 'FAILED', 'TIMED_OUT']);
  });

  test('of many databases counts those that it does not list', () => {
    const many = Array.from({ length: 200 }, (_, index) => `db${index}: { source: { bucket: acme } }`);
    const text = summaryOf(`databases: { ${many.join(', ')} }`).join('\n');
    expect(text).toContain('200: db0, db1');
    expect(text).not.toContain('db99');
    expect(text.length).toBeLessThan(2000);
  });
});
