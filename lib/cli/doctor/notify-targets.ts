import { dirname, resolve } from 'node:path';
import { type DrillConfig, type NotifyTargetKind, notifyOf } from '../../domain/config/index.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';
import { localNotifyTargets } from '../../runtimes/local/notify-targets.ts';
import { type Diagnosis, ok, problem } from './diagnosis.ts';

/** Whether those whom drills.yaml names could be told of drills on this machine. Nothing is sent. */
export async function diagnoseTargets(config: DrillConfig, file: string): Promise<Diagnosis[]> {
  const targets = localNotifyTargets({
    notifyOf: (name) => notifyOf(config, name),
    baseFolder: dirname(resolve(file)),
    reportPathOf: (drillId) => drillId,
    signal: new AbortController().signal,
  });
  const looks = targets.flatMap((target) =>
    databasesAlike(config, target.name).map(async ([first, ...others]): Promise<Diagnosis> => {
      const what = `notify ${target.name} of ${[first, ...others].join(', ')}`;
      try {
        const found = await target.inspect(first);
        return found === null
          ? { what, state: 'untested', detail: 'told of drills in AWS only: no Env and no File is named' }
          : ok(what, found);
      } catch (error) {
        if (error instanceof NotDelivered) return problem(what, error.message);
        throw error;
      }
    }),
  );
  return Promise.all(looks);
}

/** Databases that have the very same target, together: most have that of the file. */
export function databasesAlike({ databases }: DrillConfig, kind: NotifyTargetKind): [string, ...string[]][] {
  const alike = new Map<string, [string, ...string[]]>();
  for (const [name, { notify }] of Object.entries(databases)) {
    if (notify[kind] === null) continue;
    const key = JSON.stringify(notify[kind]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [name]);
    else known.push(name);
  }
  return [...alike.values()];
}
