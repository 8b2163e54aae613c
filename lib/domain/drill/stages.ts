/**
 * Where a drill stands; Choice states of the machine read it. Plain words, because on-call reads them in the console.
 * Beside each: what is known from then on, and so need not be asked for again (known-at.ts).
 */
export const knownAtStage = {
  accepted: [],
  refused: [],
  'dump selected': ['dump'],
  'no dump': [],
  'dump thawing': ['dump'],
  'dump readable': ['dump'],
  'waiting for a slot': ['dump'],
  'dump to read': ['dump', 'plan', 'sandbox'],
  'sandbox planned': ['dump', 'plan', 'sandbox'],
  'sandbox at hand': ['dump', 'plan', 'address'],
  'plan impossible': ['dump'],
  'sandbox pending': ['dump', 'plan', 'sandbox'],
  'sandbox ready': ['dump', 'plan', 'address'],
  'sandbox broken': ['dump', 'plan', 'sandbox'],
  'sandbox without capacity': ['dump', 'plan', 'sandbox'],
  'restore prepared': ['dump', 'plan', 'address'],
  'checks planned': ['dump', 'plan', 'address', 'restored'],
  judged: [],
  'try older dump': ['older dump'],
  'awaiting approval': ['dump', 'plan', 'address', 'restored'],
  approved: ['dump', 'plan', 'address', 'restored', 'approval'],
  'ready to promote': ['plan', 'address'],
  'promotion pending': ['plan', 'address', 'promotion'],
  promoted: ['plan', 'address', 'promotion'],
  'promotion incomplete': [],
  'handed over': ['hand-over'],
  'sandbox leaving': ['teardown'],
  'sandbox gone': ['teardown'],
  sealed: ['verdict'],
} as const satisfies Record<string, readonly string[]>;

export type Stage = keyof typeof knownAtStage;

export const stages = Object.keys(knownAtStage) as Stage[];

/** Stages from which on the restored database is the user's: nothing of ours deletes it any more. */
export const keptStages: ReadonlySet<Stage> = new Set([
  'approved',
  'ready to promote',
  'promotion pending',
  'promoted',
  'promotion incomplete',
  'handed over',
]);
