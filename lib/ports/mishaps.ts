/** Something beside the drill that did not work. */
export interface Mishap {
  /** Completes "could not …", e.g. `send "drill sealed" to the topic`. */
  what: string;
  drillId: string;
  error: unknown;
  /** Somebody who should have heard of the drill did not: counted, and alarmed in AWS. */
  unheard: boolean;
}

/**
 * Hears of what must not end a drill: a notice that could not be sent, a metric that could not be written. Never throws,
 * and tells names and codes of an error only, because its message may quote what was sent.
 */
export interface Mishaps {
  tell(mishap: Mishap): void;
}
