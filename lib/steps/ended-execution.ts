import * as z from 'zod';
import { evidenceOf } from '../contract/evidence.ts';
import { type DrillState, newDrillState } from '../domain/drill/drill-state.ts';
import type { Configuration } from '../ports/drill-ports.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { SandboxHost } from '../ports/sandbox.ts';

/** What EventBridge tells, as far as clean-up reads it (docs/facts.md#the-event-of-an-ended-execution). */
export const endedExecution = z.object({
  detail: z.object({
    /** The drill's id. */
    name: z.string().min(1),
    status: z.enum(['ABORTED', 'TIMED_OUT', 'FAILED']),
    /** JSON that a person or the schedule started it with; absent when it is too long for an event. */
    input: z.string().nullish(),
    /** Milliseconds since 1970. */
    startDate: z.number(),
    /** The same, of the end. */
    stopDate: z.number().nullish(),
  }),
});

export type EndedExecution = z.output<typeof endedExecution>['detail'];

const endings = {
  ABORTED: 'the execution was aborted',
  TIMED_OUT: 'the execution ran into its time limit',
  FAILED: 'the execution failed past every catch',
} as const;

/** What the record says of it. */
export const endingOf = ({ status }: EndedExecution): string => endings[status];

/**
 * The last state that the drill kept. When none was kept – it ended before its first step did, or the store was away
 * – a state from what the execution itself says. Always with the sandbox's name, which follows from the drill's id:
 * the last state that could be kept may be older than the sandbox, and teardown finds it all the same.
 *
 * @throws DrillError STATE_UNREADABLE rather than to guess whether a database was promoted; the sweeper ends the lease
 */
export async function lastKnownState(
  ended: EndedExecution,
  ports: {
    evidence: Pick<EvidenceStore, 'find'>;
    configuration: Pick<Configuration, 'databases'>;
    sandboxes: Pick<SandboxHost, 'sandboxIdFor'>;
  },
): Promise<DrillState> {
  const kept = await ports.evidence.find(evidenceOf.state, ended.name);
  const startedAt = new Date(ended.startDate).toISOString();
  const sandbox = { sandboxId: ports.sandboxes.sandboxIdFor(ended.name), askedAt: startedAt, address: null };
  if (kept !== null) return { ...kept, sandbox: kept.sandbox ?? sandbox };
  const database = databaseOf(ended.input ?? null, ports.configuration.databases());
  const state = newDrillState({ drillId: ended.name, database, operator: 'unknown', startedAt });
  return {
    ...state,
    // Anything but "refused": the lock, when this drill holds it, is let go with the record.
    stage: 'accepted',
    sandbox,
  };
}

/** As *Normalise request* reads it: the one that is named, or the only one. */
function databaseOf(input: string | null, databases: string[]): string {
  const only = databases.length === 1 ? databases[0] : undefined;
  try {
    const { database = only } = z
      .looseObject({ database: z.string().optional() })
      .parse(JSON.parse(input ?? '{}'));
    if (database !== undefined && databases.includes(database)) return database;
  } catch {
    // Any JSON could be typed, or none.
  }
  return 'unknown';
}
