import type { EvidenceEntry } from '../contract/evidence-entry.ts';
import type { ReportFile } from '../domain/record/report/report-files.ts';
import type { sealFile } from '../domain/record/seal/envelope.ts';

/**
 * Keeps what is too large for a state payload (256 KiB): accounts, check results, reports. What there is, and what is in
 * it, say the entries of lib/contract/evidence.ts. Local: a folder of the drill; AWS: the evidence bucket.
 */
export interface EvidenceStore {
  /** @throws DrillError EVIDENCE_UNWRITABLE */
  write<Document>(
    entry: EvidenceEntry<Document>,
    drillId: string,
    document: NoInfer<Document>,
  ): Promise<void>;
  /** @throws DrillError INTERNAL_ERROR when it is not there or cannot be fetched, EVIDENCE_UNREADABLE */
  read<Document>(entry: EvidenceEntry<Document>, drillId: string): Promise<Document>;
  /** The same, or null when it is not there. */
  find<Document>(entry: EvidenceEntry<Document>, drillId: string): Promise<Document | null>;
  /** @throws DrillError EVIDENCE_UNWRITABLE */
  writeReport(file: ReportFile | typeof sealFile, drillId: string, text: string): Promise<void>;
  /** What was written so, byte for byte; null: it is not there. @throws DrillError INTERNAL_ERROR when it cannot be fetched */
  findReport(file: ReportFile | typeof sealFile, drillId: string): Promise<string | null>;
}
