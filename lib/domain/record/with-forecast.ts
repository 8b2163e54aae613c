import { type Finding, finding } from '../findings/findings.ts';
import { type Forecast, forecastOf } from '../forecast/forecast.ts';
import { objectiveBreak } from '../forecast/objective-break.ts';
import { formatCountOf, formatSeconds } from '../text/quantities.ts';
import { comparableDrills } from './comparable-drills.ts';
import type { DrillRecord } from './drill-record.ts';

/**
 * A record with the forecast of its database, and a warning where its objective is about to be missed. Drills only, and of those
 * that came to a sandbox: others say nothing of a recovery time. Pure.
 *
 * @param records of its database in any order, its own among them or not
 */
export function withForecast(record: DrillRecord, records: readonly DrillRecord[]): DrillRecord {
  if (record.mode !== 'drill' || record.sandbox === undefined) return record;
  const { measurements, leftOut } = comparableDrills([...records, record], record.sandbox, record.startedAt);
  const forecast = forecastOf(measurements, leftOut, Date.parse(record.startedAt) / 86_400_000);
  const warning = record.verdict === 'PROVEN' ? atRisk(forecast, record.rto.targetSeconds) : [];
  return { ...record, findings: [...record.findings, ...warning], forecast };
}

function atRisk(forecast: Forecast, targetSeconds: number | null): Finding[] {
  const broken = targetSeconds === null ? null : objectiveBreak(forecast, targetSeconds);
  if (broken === null || targetSeconds === null) return [];
  const on = broken.at.slice(0, 10);
  const objective = `its objective of ${formatSeconds(targetSeconds)}`;
  const does =
    broken.certainty === 'likely'
      ? `passes ${objective} about ${on}`
      : `comes close to ${objective} by ${on}`;
  return [
    finding(
      'RTO_AT_RISK',
      `by the forecast of ${formatCountOf(forecast.drills, 'drill')} the recovery ${does}; one drill in ten may miss it from ${broken.earliestAt.slice(0, 10)} on`,
    ),
  ];
}
