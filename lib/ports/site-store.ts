/** Keeps the pages of all drills, where several drills may renew them at once. */
export interface SiteStore {
  /**
   * Writes a page anew. `render` is called again when somebody else wrote it meanwhile, so that what was read before that is never
   * what stays.
   *
   * @param path below the folder of the site
   * @throws DrillError EVIDENCE_UNWRITABLE
   */
  renew(path: string, render: () => Promise<string>): Promise<void>;
}
