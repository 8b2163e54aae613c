import type { PastDrills } from '../past-drills.ts';
import type { KnownSeal } from './known-seal.ts';

/** What reports say beside their record. */
export interface ReportContext {
  seal: KnownSeal;
  /** Of record.json among the reports, in hexadecimal; absent: whoever renders did not compute it. */
  recordSha256?: string;
  /** The drills before this one; absent: they were not read, or could not be. */
  past?: PastDrills;
}
