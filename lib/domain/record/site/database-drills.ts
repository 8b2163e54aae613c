import type { DrillRecord } from '../drill-record.ts';

/** What the pages of one database are made of. */
export interface DatabaseDrills {
  database: string;
  /** Newest first. */
  records: DrillRecord[];
  /** Null: it was never proven. It may lie further back than the records. */
  lastProven: DrillRecord | null;
  /** When the next drill is due, ISO 8601; null: none is scheduled; absent: nobody knows. */
  nextDrill?: string | null;
}

export interface SiteOptions {
  /** The moment of the pages, ISO 8601. */
  asOf: string;
  /** From the folder of the site to that of the reports of drills, with a slash at its end. */
  drillsFolder: string;
}
