import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drillCost } from '../../bench/aws-drill-cost.ts';
import { idleCost, total } from '../../bench/aws-idle-cost.ts';
import { walkDrill } from '../../bench/aws-walk.ts';
import { aConfig, defaultConfig } from './support/configs.ts';
import { manyDatabases } from './support/many-databases.ts';
import { synthesize } from './support/synth.ts';

const resourcesOf = (text: string) => Object.values(synthesize(aConfig(text)).json.Resources);

describe('an idle stack', () => {
  const one = resourcesOf(defaultConfig);
  const many = resourcesOf(manyDatabases(200, 60));

  test.each([
    ['one database', one, 1],
    ['200 databases', many, 200],
  ])('of %s costs no more than 0.60 USD a month, without any free allowance', (_, resources, databases) => {
    expect(total(idleCost(resources, databases), 'listUsd')).toBeLessThanOrEqual(0.6);
    expect(total(idleCost(resources, databases), 'usd')).toBeLessThanOrEqual(0.2);
  });

  test('costs what the README says', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const usd = (resources: typeof one, databases: number) =>
      total(idleCost(resources, databases), 'listUsd').toFixed(2);
    expect(readme).toContain(
      `${usd(one, 1)} USD a month when nothing runs, ${usd(many, 200)} with 200 databases`,
    );
  });

  test('would be noticed to cost more with anything billed by the hour, a key, or an alarm per database', () => {
    const withNat = [...one, { Type: 'AWS::EC2::NatGateway', Properties: {} }];
    expect(total(idleCost(withNat, 1), 'usd')).toBeGreaterThan(30);
    const withKey = [...one, { Type: 'AWS::KMS::Key', Properties: {} }];
    expect(total(idleCost(withKey, 1), 'listUsd')).toBeGreaterThan(1);
    const withAlarms = [...many, ...Array.from({ length: 200 }, () => ({ Type: 'AWS::CloudWatch::Alarm' }))];
    expect(total(idleCost(withAlarms, 200), 'listUsd')).toBeGreaterThan(20);
  });

  test('pays for what drills.yaml asks for: metrics, dashboard and key, and a dashboard of over 50 metrics always', () => {
    const asked = 'aws: { databaseMetrics: true, dashboard: true, customerKey: true }\n';
    const small = idleCost(resourcesOf(asked + defaultConfig), 1, { databaseMetrics: true });
    expect(total(small, 'listUsd')).toBeGreaterThan(5);
    expect(small.find(({ service }) => service === 'CloudWatch dashboards')).toMatchObject({
      usd: 0,
      listUsd: 3,
    });
    const five = idleCost(resourcesOf(asked + manyDatabases(5, 1)), 5, { databaseMetrics: true });
    expect(five.find(({ service }) => service === 'CloudWatch dashboards')).toMatchObject({
      usd: 3,
      listUsd: 3,
    });
  });
});

test.each([1, 50, 500])(
  'a drill of a dump of %i GB is estimated to cost what the README says',
  (gigabytes) => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').replace(/\s+/g, ' ');
    const { usd } = drillCost(gigabytes);

    expect(readme).toMatch(new RegExp(`[ ~]${Number(usd.toPrecision(1))} USD for (?:a )?${gigabytes} GB`));
  },
);

describe('a drill of 30 minutes', () => {
  const walked = walkDrill({ provisionSeconds: 480, teardownSeconds: 360, checks: 24 });

  test('takes no more than 150 transitions and 1,500 history events', () => {
    expect(walked.transitions).toBeLessThanOrEqual(150);
    expect(walked.events).toBeLessThanOrEqual(1500);
  });

  test('takes one transition more for each check', () => {
    const more = walkDrill({ provisionSeconds: 480, teardownSeconds: 360, checks: 25 });
    expect(more.transitions).toBe(walked.transitions + 1);
  });
});
