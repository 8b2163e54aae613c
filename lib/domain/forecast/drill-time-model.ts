import type { DrillMeasurement } from './measurement.ts';
import { partModel } from './part-model.ts';
import { type SizeTrend, sizeTrend } from './size-trend.ts';

/** How long a recovery takes, and what its drill costs, as past drills tell it. */
export interface DrillTimeModel {
  /** On a day, at the sizes that are then to be expected. */
  secondsOn(day: number): number;
  costOn(day: number): number | null;
  /** Of a drill whose amounts are known. */
  secondsOf(drill: Pick<DrillMeasurement, 'parts'>): number;
  costOf(drill: Pick<DrillMeasurement, 'size'>): number | null;
  /** Of the backup; null: no drill knows it. */
  size(): SizeTrend | null;
}

/** @param drills in the order of time, at least one */
export function drillTimeModel(drills: readonly DrillMeasurement[]): DrillTimeModel {
  const names = [...new Set(drills.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const parts = names.map((name) => {
    const measured = drills.map(({ day, parts }) => {
      const part = parts.find((one) => one.name === name);
      return { day, value: part?.seconds ?? 0, amount: part?.amount ?? null };
    });
    return { name, takes: once(() => partModel(measured)), trend: once(() => trendOf(measured)) };
  });
  const sized = drills.map(({ day, size, costUsd }) => ({ day, amount: size, value: costUsd }));
  const size = once(() => trendOf(sized));
  const paid = sized.flatMap(({ amount, value }) => (value === null ? [] : [{ amount, value }]));
  const cost = once(() => (paid.length < drills.length / 2 ? null : partModel(paid)));
  return {
    secondsOn: (day) => sum(parts.map(({ takes, trend }) => takes()(trend()?.on(day) ?? null))),
    secondsOf: (drill) =>
      sum(
        parts.map(({ name, takes }) => takes()(drill.parts.find((one) => one.name === name)?.amount ?? null)),
      ),
    costOn: (day) => cost()?.(size()?.on(day) ?? null) ?? null,
    costOf: (drill) => cost()?.(drill.size) ?? null,
    size,
  };
}

function trendOf(measured: readonly { day: number; amount: number | null }[]): SizeTrend | null {
  const known = measured.flatMap(({ day, amount }) =>
    amount === null || amount <= 0 ? [] : [{ day, size: amount }],
  );
  return known.length === 0 ? null : sizeTrend(known);
}

const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);

/** Of many models that are made to try the forecast, few of the parts are asked. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
