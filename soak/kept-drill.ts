import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminRole } from '../lib/adapters/sandboxes/local-process/server-settings.ts';
import type { DrillRecord } from '../lib/domain/record/drill-record.ts';
import { schemaOfDrill } from '../lib/domain/text/own-objects.ts';
import type { LookedAt } from '../test/corpus/support/corpus.ts';
import { recordOf } from '../test/e2e/support/command-line.ts';
import type { World } from '../test/e2e/support/world.ts';
import { repositoryRoot } from '../test/support/repository-root.ts';
import { leftIn } from './leftovers.ts';
import { dumpedFrom, type Restored } from './restored.ts';

/** A drill by the shipped command, and what was in its sandbox. */
export interface KeptDrill {
  record: DrillRecord;
  /** What pg_dump writes of its databases, where it is PROVEN. */
  ours: Restored;
  /** Of the process of ours that had most. */
  megabytes: number;
  seconds: number;
  /** Processes, folders and sockets that are there when its sandbox was swept away. */
  left: string[];
}

/**
 * One drill with `--keep`, whose sandbox is looked at and removed.
 * @param words for `restore-drill run` @param limitSeconds after which it is ended
 * @throws Error where it does not end in that time or gives no record, and nobody could look at what is PROVEN
 */
export async function keptDrill(world: World, words: string[], limitSeconds: number): Promise<KeptDrill> {
  const usage = world.path('usage');
  rmSync(usage, { recursive: true, force: true });
  mkdirSync(usage);
  const startedAt = performance.now();
  const running = world.start(['run', '--json', '--keep', ...words], {
    env: {
      NODE_OPTIONS: `--import=${join(repositoryRoot, 'test/e2e/support/usage-on-exit.mjs')}`,
      USAGE_FOLDER: usage,
    },
  });
  const ended = await Promise.race([
    running.ended,
    sleep(limitSeconds * 1000, 'never' as const, { ref: false }),
  ]);
  const seconds = (performance.now() - startedAt) / 1000;
  if (ended === 'never') {
    world.endAll();
    throw new Error(`the drill had not ended after ${limitSeconds} s`);
  }
  const peaks = readdirSync(usage).map((name) => Number(readFileSync(join(usage, name), 'utf8')));
  const record = recordOf(ended);
  const login = loginOf(ended.stderr);
  try {
    if (record.verdict === 'PROVEN' && login === null) throw new Error('PROVEN, and no sandbox was kept');
    const ours =
      record.verdict === 'PROVEN' && login !== null
        ? await dumpedFrom(login, ['-N', schemaOfDrill])
        : new Map();
    return { record, ours, seconds, megabytes: Math.max(...peaks) / 1e6, left: await sweptIn() };
  } catch (error) {
    await sweptIn();
    throw error;
  }

  async function sweptIn(): Promise<string[]> {
    if (login !== null) await world.run(['sweep', '--drill', record.drillId]);
    const { left } = await leftIn(world);
    if (left.length > 0) world.endAll();
    return left;
  }
}

/**
 * How pg_dump connects to the sandbox that a drill said it kept: as the superuser of the same operating system user, because the
 * drill's own role reads no large objects. Null: none was kept.
 */
function loginOf(said: string): LookedAt | null {
  const [, host, port] = /connect with: PGPASSFILE='[^']+' psql -h '([^']+)' -p (\d+) /.exec(said) ?? [];
  if (host === undefined) return null;
  return async (database) => ({ host, port: Number(port), user: adminRole, database });
}
