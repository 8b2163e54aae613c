/** Doors in the `checks` subnets: the only ones that speak SQL (docs/decisions/006). */
export const sqlDoors: ReadonlySet<string> = new Set(['run-check', 'prepare-hand-over']);

/**
 * What the hourly watch sends to functions in subnets: a function that nobody invokes for weeks becomes inactive, and its
 * next invocation fails (docs/facts.md#functions-that-sleep). A door that is touched does nothing.
 */
export const touch = { touch: true } as const;

export type Touch = typeof touch;

/** Whether it is a touch, and no work. */
export const isTouch = (payload: unknown): payload is Touch =>
  typeof payload === 'object' && payload !== null && 'touch' in payload && payload.touch === true;
