/** Who is told of drills on this machine, by `notify` of drills.yaml. */
import { isAbsolute, resolve } from 'node:path';
import { briefLimits, createDelivery, patientLimits } from '../../adapters/notices/targets/delivery.ts';
import { createHttpTargets } from '../../adapters/notices/targets/http-targets.ts';
import { createPrometheusTarget } from '../../adapters/notices/targets/prometheus-target.ts';
import type { ReportPlace } from '../../adapters/notices/targets/target-options.ts';
import { readLocalLine } from '../../adapters/secrets/local-secret.ts';
import type { NotifyConfig, SecretPlaces } from '../../domain/config/index.ts';
import type { NotifyTarget } from '../../ports/notifier.ts';
import { systemClock } from '../system-clock.ts';
import { placeOf } from './dump-keys.ts';

export interface LocalNotifyOptions {
  notifyOf(database: string): NotifyConfig;
  /** Folder of drills.yaml: its files are relative to it. */
  baseFolder: string;
  /** Path of a drill's report. */
  reportPathOf(drillId: string): string;
  signal: AbortSignal;
}

/** Every kind of target there is. Building them touches nothing. */
export function localNotifyTargets(options: LocalNotifyOptions): NotifyTarget[] {
  const { notifyOf, baseFolder, signal } = options;
  const delivering = { clock: systemClock, signal };
  return [
    ...createHttpTargets({
      notifyOf,
      readSecret: (places) => readSecretHere(places, baseFolder),
      deliver: createDelivery({ ...delivering, limits: patientLimits }),
      deliverBriefly: createDelivery({ ...delivering, limits: briefLimits }),
      reportOf: ({ drillId }) => reportPlace(options.reportPathOf(drillId), process.env),
      now: () => systemClock.now(),
    }),
    createPrometheusTarget({
      notifyOf,
      resolveFolder: (folder) => (isAbsolute(folder) ? folder : resolve(baseFolder, folder)),
    }),
  ];
}

/**
 * A secret of `notify` that stands on this machine; null: none is named for it.
 * @throws DrillError SECRET_UNREADABLE
 */
export async function readSecretHere(places: SecretPlaces, baseFolder: string): Promise<string | null> {
  const place = placeOf(places.variable, places.file, baseFolder);
  return place === null ? null : readLocalLine(place, { what: 'secret', missing: 'SECRET_UNREADABLE' });
}

/** In CI the path means nothing to anybody, and the job has the report among its artifacts. */
export function reportPlace(path: string, environment: NodeJS.ProcessEnv): ReportPlace {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, CI_JOB_URL } = environment;
  const url =
    GITHUB_SERVER_URL !== undefined && GITHUB_REPOSITORY !== undefined && GITHUB_RUN_ID !== undefined
      ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
      : CI_JOB_URL;
  return url === undefined
    ? { path, link: null }
    : { path: null, link: { label: 'the job that ran it, with its reports', url } };
}
