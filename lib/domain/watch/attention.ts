import type { Concern, ConcernKind } from './concerns.ts';

/** A concern that people were told of. */
export interface OpenConcern {
  kind: ConcernKind;
  database: string | null;
  drillId: string | null;
  /** ISO 8601: when it was first seen. */
  since: string;
}

/** What is different from the last time people were told. */
export interface AttentionChange {
  begun: Concern[];
  well: OpenConcern[];
  /** Told of before and still so. */
  lasting: (Concern & { since: string })[];
}

/**
 * Compares what people know with what is. A concern of a database is the same as long as its kind is; of the deployment
 * there may be one per drill.
 */
export function changeOf(known: readonly OpenConcern[], now: readonly Concern[]): AttentionChange {
  const sinceOf = new Map(known.map((concern) => [identityOf(concern), concern.since]));
  const present = new Set(now.map(identityOf));
  return {
    begun: now.filter((concern) => !sinceOf.has(identityOf(concern))),
    well: known.filter((concern) => !present.has(identityOf(concern))),
    lasting: now.flatMap((concern) => {
      const since = sinceOf.get(identityOf(concern));
      return since === undefined ? [] : [{ ...concern, since }];
    }),
  };
}

/** What people know once they were told. */
export const openAfter = ({ begun, lasting }: AttentionChange, at: string): OpenConcern[] =>
  [...lasting, ...begun.map((concern) => ({ ...concern, since: at }))].map(
    ({ kind, database, drillId, since }) => ({
      kind,
      database,
      drillId,
      since,
    }),
  );

export const isQuiet = ({ begun, well }: AttentionChange): boolean => begun.length === 0 && well.length === 0;

const identityOf = ({ kind, database, drillId }: Omit<OpenConcern, 'since'>): string =>
  `${kind} ${database ?? `/${drillId ?? ''}`}`;
