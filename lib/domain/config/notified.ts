import type { NotifyConfig } from './notify.ts';
import type { DrillConfig } from './parse-config.ts';

/**
 * Who is told of a drill of this database. One that is not configured – a request may name anything – is told to whom the
 * file as a whole names, but for what stands for one database: its health check and its metrics.
 */
export function notifyOf(
  { databases, notify }: Pick<DrillConfig, 'databases' | 'notify'>,
  name: string,
): NotifyConfig {
  const configured = Object.hasOwn(databases, name) ? databases[name] : undefined;
  return configured?.notify ?? { ...notify, healthcheck: null, prometheus: null };
}
