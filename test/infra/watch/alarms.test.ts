import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alarmHeadings, anchorOf, restoreHeadings } from '../../../lib/contract/alarm-names.ts';
import {
  functionErrorsMetric,
  logNamespace,
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

  test('every deployed alarm carries full links to headings that exist, of the page of this version', () => {
    const anchors = new Set(headings.map(anchorOf));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const { AlarmName, AlarmDescription } of allAlarms) {
      const links = [...AlarmDescription.matchAll(/(https:\/\/\S+?)#([a-z0-9-]+)/g)];
      expect(links.length, AlarmName).toBeGreaterThan(0);
      for (const [, page, anchor] of links) {
        expect(page).toMatch(new RegExp(`^https://github\\.com/.+/blob/v${version}/docs/runbook\\.md$`));
        expect(anchors, AlarmName).toContain(anchor);
      }
    }
  });

  test('every section that messages of a real restore link to is there', () => {
    for (const heading of Object.values(restoreHeadings)) expect(headings).toContain(heading);
  });

  test('there are two, however many databases there are', () => {
    for (const { json } of [one, five]) {
      const names = resourcesOf<Alarm>(json, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);
      expect(names.toSorted()).toEqual(['restore-drill-attention', 'restore-drill-functionErrors']);
    }
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
  test('tell the topic when they begin, and when it is well again', () => {
    for (const { AlarmName, AlarmActions, OKActions } of allAlarms) {
      expect(AlarmActions, AlarmName).toHaveLength(1);
      expect(OKActions, AlarmName).toEqual(AlarmActions);
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

  test('ring when the watch itself has died: its silence is as bad as what it finds', () => {
    expect(named('attention')).toMatchObject({
      Namespace: metricNamespace,
      MetricName: watchMetrics.attention,
      Dimensions: [{ Name: stackDimension, Value: 'restore-drill' }],
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'breaching',
      // Three hours: at least two of the hourly values are always inside.
      Period: 3 * 3600,
    });
    // A new stack has no value yet.
    expect(named('attention').WarmUpConfiguration?.WarmUpPeriodDurationInMinutes).toBeGreaterThan(180);
  });

  test('ring when a guard failed, also of time or memory, or when people could not be told or heard', () => {
    expect(named('functionErrors')).toMatchObject({
      Namespace: logNamespace('restore-drill'),
      MetricName: functionErrorsMetric,
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
    const filters = resourcesOf<{
      FilterPattern: string;
      LogGroupName: { Ref: string };
      MetricTransformations: Record<string, unknown>[];
    }>(one.json, 'AWS::Logs::MetricFilter');
    const patternOf = (door: string) =>
      filters.find(({ LogGroupName }) => LogGroupName.Ref.startsWith(`Doors${door}Logs`))?.FilterPattern;
    const failed = '($.type = "platform.report" && $.record.status != "success")';
    const unheard = '($.unheard = "yes")';
    expect(patternOf('Watch')).toBe(`{ ${failed} }`);
    expect(patternOf('Sweep')).toBe(`{ ${failed} }`);
    for (const door of ['AnswerApproval', 'CleanUpAfterAbort'])
      expect(patternOf(door)).toBe(`{ ${failed} || ${unheard} }`);
    for (const door of ['SealRecord', 'PlanSandbox', 'AskApproval'])
      expect(patternOf(door)).toBe(`{ ${unheard} }`);
    for (const { MetricTransformations } of filters) {
      // Without a default value the metric exists in hours with an error only, and costs nothing in the others.
      expect(MetricTransformations).toEqual([
        {
          MetricName: functionErrorsMetric,
          MetricNamespace: logNamespace('restore-drill'),
          MetricValue: '1',
        },
      ]);
    }
  });
});
