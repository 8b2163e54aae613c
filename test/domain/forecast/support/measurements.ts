import type { DrillMeasurement } from '../../../../lib/domain/forecast/measurement.ts';

/** A drill of so many seconds, of which two minutes are provisioning; its size grows with `bytes`. */
export function aMeasurement({
  day,
  seconds = 720,
  bytes = 1e9,
  costUsd = null,
}: {
  day: number;
  seconds?: number;
  bytes?: number | null;
  costUsd?: number | null;
}): DrillMeasurement {
  return {
    drillId: `drill-${day}`,
    day,
    rtoSeconds: seconds,
    parts: [
      { name: 'Provision sandbox', seconds: 120, amount: null },
      { name: 'Restore dump into sandbox', seconds: seconds - 120, amount: bytes },
    ],
    size: bytes,
    costUsd,
  };
}

/** Monthly drills, one of each size in GB, that take ten minutes per GB beside the two of provisioning. */
export const monthly = (...gigabytes: number[]): DrillMeasurement[] =>
  gigabytes.map((size, month) =>
    aMeasurement({
      day: 20_000 + 30 * month,
      seconds: 120 + 600 * size,
      bytes: size * 1e9,
      costUsd: 0.1 * size,
    }),
  );
