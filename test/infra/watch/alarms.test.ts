import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alarmHeadings, anchorOf } from '../../../lib/contract/alarm-names.ts';
import {
  databaseDimension,
  drillMetrics,
  metricNamespace,
  stackDimension,
  watchMetrics,
} from '../../../lib/contract/metric-names.ts';
import { aConfig, defaultConfig, exampleConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { type Alarm, resourcesOf } from '../support/template.ts';

/** CloudWatch refuses a longer window, at deployment and not before (docs/facts.md#the-window-of-an-alarm). */
const longestWindowSeconds = 7 * 86_400;

const one = synthesize(aConfig(defaultConfig));
const five = synthesize(exampleConfig());
const alarms = resourcesOf<Alarm>(one.json, 'AWS::CloudWatch::Alarm');
const allAlarms = [...alarms, ...resourcesOf<Alarm>(five.json, 'AWS::CloudWatch::Alarm')];
const named = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `restore-drill-${name}`)!;

const runbook = readFileSync('docs/runbook.md', 'utf8');
const headings = [...runbook.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '');

describe('alarms and the runbook', () => {
  test('every alarm of the contract has its heading, and every alarm heading its alarm', () => {
    const section = runbook.slice(runbook.indexOf('# Alarms'), runbook.indexOf('# A real restore'));
    const inSection = [...section.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(inSection.toSorted()).toEqual(Object.values(alarmHeadings).toSorted());
  });

  test('every deployed alarm links to a heading that exists', () => {
    const anchors = new Set(headings.map(anchorOf));
    for (const { AlarmName, AlarmDescription } of allAlarms) {
      const anchor = /docs\/runbook\.md#([a-z0-9-]+)$/.exec(AlarmDescription)?.[1];
      expect(anchors, AlarmName).toContain(anchor);
    }
  });

  test('every alarm of the contract is deployed with the default configuration', () => {
    const deployed = new Set(alarms.map(({ AlarmName }) => AlarmName.split('-')[2]));
    expect([...deployed].toSorted()).toEqual(Object.keys(alarmHeadings).toSorted());
  });

  test('each alarm section says what it means, where to look and what to do', () => {
    for (const heading of Object.values(alarmHeadings)) {
      const start = runbook.indexOf(`## ${heading}\n`);
      const next = runbook.slice(start + 3).search(/^#{1,2} /m);
      const section = runbook.slice(start, start + 3 + next);
      expect(section, heading).toContain('**What it means.**');
      expect(section, heading).toContain('**Look here first.**');
      expect(section, heading).toContain('**Do this.**');
    }
  });
});

describe('alarms', () => {
  test('tell the topic when they begin; of a gauge also when it is well again', () => {
    for (const { AlarmName, AlarmActions, OKActions, TreatMissingData } of allAlarms) {
      expect(AlarmActions, AlarmName).toHaveLength(1);
      expect(OKActions ?? [], AlarmName).toEqual(TreatMissingData === 'breaching' ? AlarmActions : []);
    }
  });

  test('look at no more than seven days, which CloudWatch would refuse at deployment', () => {
    for (const { AlarmName, Period, EvaluationPeriods, Metrics } of allAlarms) {
      const periods = [Period, ...(Metrics ?? []).map(({ MetricStat }) => MetricStat?.Period)];
      const longest = Math.max(...periods.filter((period) => period !== undefined));
      expect(longest, AlarmName).toBeGreaterThanOrEqual(60);
      expect(longest * EvaluationPeriods, AlarmName).toBeLessThanOrEqual(longestWindowSeconds);
      if (longest < 3600) expect(longest * EvaluationPeriods, AlarmName).toBeLessThanOrEqual(86_400);
    }
  });

  test('count every way in which an execution ends without success', () => {
    const metrics = named('drillFailed').Metrics!.flatMap(
      ({ MetricStat }) => MetricStat?.Metric.MetricName ?? [],
    );
    expect(metrics.toSorted()).toEqual(['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut']);
  });

  test('treat a silent gauge as bad, and leave a new stack time for its first one', () => {
    const gauges = [
      ['provenOverdue-shop', watchMetrics.hoursSinceProven],
      ['dumpTooOld-shop', watchMetrics.newestDumpAgeHours],
      ['leaseExpired', watchMetrics.expiredLeases],
    ] as const;
    for (const [name, metric] of gauges) {
      const alarm = named(name);
      expect(alarm.MetricName).toBe(metric);
      expect(alarm.Namespace).toBe(metricNamespace);
      expect(alarm.TreatMissingData).toBe('breaching');
      // Three hours: at least two of the hourly values are always inside.
      expect(alarm.Period).toBe(3 * 3600);
      expect(alarm.WarmUpConfiguration?.WarmUpPeriodDurationInMinutes).toBeGreaterThan(180);
    }
  });

  test('wait for a proof as long as the schedule and its grace allow', () => {
    // 31 days between two firsts of a month, an hour for the clocks, a day of grace.
    expect(named('provenOverdue-shop').Threshold).toBe(33 * 24 - 23);
    expect(named('dumpTooOld-shop').Threshold).toBe(26);
  });

  test('measure a database by exactly the dimensions that the code writes', () => {
    const alarm = named('objectiveMissed-shop');
    expect(alarm.MetricName).toBe(drillMetrics.objectiveMissed);
    expect(alarm.Dimensions).toEqual([
      { Name: databaseDimension, Value: 'shop' },
      { Name: stackDimension, Value: 'restore-drill' },
    ]);
  });

  test('watch every database of a configuration of five', () => {
    const names = resourcesOf<Alarm>(five.json, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);
    for (const database of Object.keys(exampleConfig().databases)) {
      for (const key of ['provenOverdue', 'dumpTooOld', 'objectiveMissed', 'objectiveForecast']) {
        expect(names).toContain(`restore-drill-${key}-${database}`);
      }
    }
  });
});
