/** `error` makes a drill NOT_PROVEN, `unverified` makes it COULD_NOT_VERIFY, `warning` and `info` change nothing. */
export type Severity = 'error' | 'unverified' | 'warning' | 'info';

/**
 * Where the cause lies. `dump`: in this one dump, so an older one may do better. `source`: in production or in the job
 * that writes its dumps, so an older dump is only older still. `sandbox`: in what the dump was restored into. `drill`:
 * in what was asked, promised or configured, or in restore-drill itself.
 */
type Blame = 'dump' | 'source' | 'sandbox' | 'drill';

/**
 * Everything that is known of a finding before it is made. `Code` is the union of all codes, so that one finding can
 * name another.
 */
export interface FindingDefinition<Code extends string = string> {
  readonly severity: Severity;
  readonly blames: Blame;
  /** What it means, for docs/findings.md: one plain sentence. */
  readonly meaning: string;
  /** The default next step; a finding may carry a more exact one. */
  readonly hint: string;
  /** The finding whose mere consequence this one may be, where it names an object that failed for that cause: then it proves nothing. */
  readonly explainedBy?: Code;
  /** Says only that a promise was missed: the data is as good as without it, and a real restore may keep it. */
  readonly objectivesOnly?: true;
  /** Thrown while a dump is read, it ends the reading and leaves an account of what was restored until then. */
  readonly endsReading?: true;
}
