import { expect } from 'vitest';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { stackName, type World } from './world.ts';

/** One line of metrics as CloudWatch reads them from logs. */
export interface MetricLine {
  Database?: string;
  Proven?: number;
  RtoSeconds?: number;
  Stack?: string;
  _aws: { CloudWatchMetrics: { Namespace: string; Metrics: { Name: string }[] }[] };
}

/** Metrics that a door wrote, read from its log as CloudWatch would. */
export async function metricsOf(world: World, door: string): Promise<MetricLine[]> {
  const lines = await world.account.logLines(`/aws/lambda/${stackName}-${door}`, '"CloudWatchMetrics"');
  return lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))) as MetricLine);
}

/**
 * What every drill must leave, whatever became of it: a sealed record, its report beside it, its metrics – and
 * nothing else: no instance, no task, no secret, no lock. @returns the record
 */
export async function expectSealed(
  world: World,
  drill: { id: string; database: string; verdict: DrillRecord['verdict'] },
): Promise<DrillRecord> {
  const records = await world.account.records(drill.database);
  const record = records.find(({ drillId }) => drillId === drill.id);
  if (record === undefined) throw new Error(`no record of ${drill.id} in the ledger`);
  expect({ verdict: record.verdict, findings: record.findings }).toMatchObject({ verdict: drill.verdict });
  const names = await world.account.evidenceNames(drill.id);
  expect(names).toEqual(expect.arrayContaining(['record.json', 'report.html', 'report.md']));
  expect(await world.account.evidence(drill.id, 'report.md')).toContain(drill.verdict);
  await expectMeasured(world, drill);
  await expectNothingLeft(world, drill.database);
  return record;
}

async function expectMeasured(
  world: World,
  { database, verdict }: { database: string; verdict: string },
): Promise<void> {
  const lines = await metricsOf(world, 'seal-record');
  const proven = lines.filter((line) => line.Database === database && line.Proven !== undefined);
  expect(proven.at(-1)?.Proven).toBe(verdict === 'PROVEN' ? 1 : 0);
}

/** Nothing that costs money or holds a copy of the data is left, but databases that were handed over. */
export async function expectNothingLeft(world: World, database: string): Promise<void> {
  const { instances, runningTasks, secrets } = await world.account.leftovers();
  expect(instances.filter((name) => !world.handedOver.has(name))).toEqual([]);
  expect(runningTasks).toEqual([]);
  expect(secrets).toHaveLength(world.handedOver.size);
  expect(await world.account.item(`lock#${database}`, 'lock')).toBeNull();
}
