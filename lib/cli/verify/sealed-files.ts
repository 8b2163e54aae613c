import { sha256 } from '../../adapters/seals/record-digest.ts';
import { verifyEnvelope } from '../../adapters/seals/verify-envelope.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import { type ReportFile, reportFiles } from '../../domain/record/report/report-files.ts';
import { sealFile } from '../../domain/record/seal/envelope.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';

/** The files of a drill as they were sealed, with the seal. */
export interface SealedFiles {
  reports: { name: ReportFile; text: string }[];
  seal: string;
}

/**
 * Null: there is no seal, or not all of its files are there as it says, or they may not be read. Whether its signature holds is for
 * `verify` to tell.
 */
export const findSealedFiles = (drillId: string, evidence: EvidenceStore): Promise<SealedFiles | null> =>
  sealedFiles(drillId, evidence).catch((error: unknown) => {
    if (isDrillError(error)) return null;
    throw error;
  });

async function sealedFiles(drillId: string, evidence: EvidenceStore): Promise<SealedFiles | null> {
  const seal = await evidence.findReport(sealFile, drillId);
  const outcome = seal === null ? null : verifyEnvelope(seal, []);
  if (seal === null || outcome === null || !('statement' in outcome)) return null;
  const sealed = new Map(outcome.statement.subject.map(({ name, digest }) => [name, digest.sha256]));
  const reports: SealedFiles['reports'] = [];
  for (const name of Object.values(reportFiles)) {
    const text = await evidence.findReport(name, drillId);
    if (text === null || sha256(text) !== sealed.get(name)) return null;
    reports.push({ name, text });
  }
  return { reports, seal };
}
