import type { NotifyConfig, SecretPlaces } from '../../../domain/config/index.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import type { Deliver } from './delivery.ts';

/** Where a person finds out more about a drill. */
export interface ReportPlace {
  /** Path or address of the report; null: nobody could go there. */
  path: string | null;
  /** What a browser opens. */
  link: { label: string; url: string } | null;
}

/** What targets of `notify` need of the place where drills run. */
export interface TargetOptions {
  /** Who is told of this database, which may be none of drills.yaml. */
  notifyOf(database: string): NotifyConfig;
  /**
   * A secret, at the moment of use; null where none is named for this kind of place.
   * @throws DrillError SECRET_UNREADABLE naming the place, never the value
   */
  readSecret(places: SecretPlaces): Promise<string | null>;
  deliver: Deliver;
  /** For what a drill waits for before it begins. */
  deliverBriefly: Deliver;
  reportOf(record: DrillRecord): ReportPlace;
  now(): Date;
}
