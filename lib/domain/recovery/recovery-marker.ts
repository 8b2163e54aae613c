/**
 * Two rows that were written around a moment: recovered to it, the one before is there and the one after is not. Nothing is
 * known of the values but that they are compared, as text, and they stand in no finding, record or report.
 */
export interface RecoveryMarker {
  /** As SQL names it, e.g. `drill_marker`. */
  table: string;
  /** As it is, not quoted. */
  column: string;
  /** Null: the first database of the cluster that holds tables. */
  database: string | null;
  before: string;
  /** Null: nothing was written after the moment. */
  after: string | null;
}
