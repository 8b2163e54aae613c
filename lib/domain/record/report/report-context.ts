import type { PastDrills } from '../past-drills.ts';

/** What reports say beside their record. */
export interface ReportContext {
  /** Id of the key that the seal beside the reports is signed with; null: they are not signed. */
  signedBy: string | null;
  /** Of record.json among the reports, in hexadecimal; absent: whoever renders did not compute it. */
  recordSha256?: string;
  /** The drills before this one; absent: they were not read, or could not be. */
  past?: PastDrills;
}
