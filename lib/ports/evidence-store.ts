/**
 * Keeps what is too large for a state payload (256 KiB): accounts, check results, reports. Local: a folder of the
 * drill; AWS: the reports bucket.
 */
export interface EvidenceStore {
  putJson(drillId: string, name: string, value: unknown): Promise<void>;
  /** @throws DrillError INTERNAL_ERROR when it is not there */
  getJson(drillId: string, name: string): Promise<unknown>;
  /** The same, or null when it is not there. */
  findJson(drillId: string, name: string): Promise<unknown>;
  putText(drillId: string, name: string, text: string): Promise<void>;
}
