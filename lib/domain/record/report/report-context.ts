/** What reports say beside their record. */
export interface ReportContext {
  /** Id of the key that the seal beside the reports is signed with; null: they are not signed. */
  signedBy: string | null;
}
