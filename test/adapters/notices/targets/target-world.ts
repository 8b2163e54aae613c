import { createDelivery } from '../../../../lib/adapters/notices/targets/delivery.ts';
import type { TargetOptions } from '../../../../lib/adapters/notices/targets/target-options.ts';
import { type NotifyConfig, nobodyToNotify, type SecretPlaces } from '../../../../lib/domain/config/index.ts';
import type { DrillRecord } from '../../../../lib/domain/record/drill-record.ts';
import type { EarlierDrills } from '../../../../lib/domain/record/occasions.ts';
import type { DrillNotice } from '../../../../lib/ports/notifier.ts';

/** A place whose value is its own name. */
export const inVariable = (variable: string): SecretPlaces => ({
  ...{ variable, file: null, parameter: null, secret: null },
});

/** What a target needs; secrets are what a variable of the test says. */
export function targetOptions(
  notify: Partial<NotifyConfig>,
  secrets: Record<string, string>,
): TargetOptions & { pauses: number[] } {
  const pauses: number[] = [];
  const clock = { sleep: async (seconds: number) => void pauses.push(seconds) };
  const limits = { attemptSeconds: 2, totalSeconds: 5, pausesSeconds: [1, 3] };
  const deliver = createDelivery({ clock, signal: new AbortController().signal, limits });
  return {
    notifyOf: () => ({ ...nobodyToNotify, ...notify }),
    readSecret: async ({ variable }) => (variable === null ? null : (secrets[variable] ?? null)),
    deliver,
    deliverBriefly: deliver,
    reportOf: ({ drillId }) => ({ path: `/reports/${drillId}/report.md`, link: null }),
    now: () => new Date('2026-03-01T03:03:13.000Z'),
    pauses,
  };
}

export const sealed = (record: DrillRecord, earlier: EarlierDrills | null = null): DrillNotice => ({
  kind: 'drill sealed',
  record,
  earlier,
});
