import { describe, expect, test } from 'vitest';
import { deploymentSummary } from '../../../lib/infra/config/deployment-summary.ts';
import { aConfig } from '../support/configs.ts';

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
      '  Alarms     rings when not proven in time: shop (2 d 1 h)',
      '             never rings for missing drills, because it has no schedule: billing',
      '             rings when the newest dump is too old: shop (1 d 2 h)',
      '             never rings for old dumps, because neither source.maxAge nor source.interval nor objectives.rpo is set: billing',
      '             rings when an objective is missed: shop (4 h)',
      '             measured and never missed, because no objectives are set: billing',
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

  test('of many databases counts those that it does not list', () => {
    const many = Array.from({ length: 200 }, (_, index) => `db${index}: { source: { bucket: acme } }`);
    const text = summaryOf(`databases: { ${many.join(', ')} }`).join('\n');
    expect(text).toContain('200: db0, db1');
    expect(text).not.toContain('db99');
    expect(text.length).toBeLessThan(1500);
  });
});
