import { describe, expect, test } from 'vitest';
import { drillMetrics, metricNamespace, watchMetrics } from '../../../lib/contract/metric-names.ts';
import { phaseNames } from '../../../lib/domain/drill/phase-names.ts';
import { exampleConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { resourcesOf } from '../support/template.ts';

const config = exampleConfig();
const { json } = synthesize({ ...config, aws: { ...config.aws!, dashboard: true, databaseMetrics: true } });
const [dashboard] = resourcesOf<{ DashboardBody: { 'Fn::Join': [string, unknown[]] } }>(
  json,
  'AWS::CloudWatch::Dashboard',
);
const body = dashboard!.DashboardBody['Fn::Join'][1]
  .map((part) => (typeof part === 'string' ? part : 'TOKEN'))
  .join('');
const { widgets } = JSON.parse(body) as {
  widgets: { type: string; properties: { metrics?: unknown[][]; title?: string } }[];
};

describe('the dashboard', () => {
  test('is only there where drills.yaml asks for it: it costs 3 USD a month', () => {
    expect(resourcesOf(synthesize(config).json, 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(json.Outputs.DashboardUrl).toBeDefined();
  });

  test('draws every phase of a record, under its name', () => {
    const drawn = widgets.find(({ properties }) => properties.title === 'guestguard: phases (s)')!;
    const phases = drawn.properties.metrics!.map((metric) => metric[metric.indexOf('Phase') + 1]);
    expect(phases).toEqual(Object.values(phaseNames));
  });

  test('shows verdict, RTO, RPO, phases and cost of every database', () => {
    const shown = new Set(
      widgets.flatMap(({ properties }) =>
        (properties.metrics ?? []).map((metric) => `${String(metric[1])} ${metric.includes('guestguard')}`),
      ),
    );
    for (const metric of [
      drillMetrics.proven,
      drillMetrics.rtoSeconds,
      drillMetrics.rpoSeconds,
      drillMetrics.phaseSeconds,
      drillMetrics.costUsd,
      watchMetrics.hoursSinceProven,
      watchMetrics.newestDumpAgeHours,
    ]) {
      expect(shown).toContain(`${metric} true`);
    }
  });

  test('never lets a good drill hide a bad one of the same day', () => {
    const verdicts = widgets.find(({ properties }) => properties.title?.startsWith('Last verdict'))!;
    for (const metric of verdicts.properties.metrics!)
      expect(metric.at(-1)).toMatchObject({ stat: 'Minimum' });
  });

  test('draws the objective beside what was measured', () => {
    const rto = widgets.find(({ properties }) => properties.title === 'guestguard: RTO (s)');
    expect(JSON.stringify(rto)).toContain('"value":3600');
  });

  test('shows only metrics of our own', () => {
    for (const { properties } of widgets) {
      for (const metric of properties.metrics ?? []) expect(metric[0]).toBe(metricNamespace);
    }
  });
});
