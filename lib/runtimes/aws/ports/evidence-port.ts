import { createS3EvidenceStore } from '../../../adapters/evidence/s3-evidence.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import { s3Client } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

/** Evidence and reports in the stack's private bucket. */
export const evidencePort = (): EvidenceStore =>
  createS3EvidenceStore({ client: s3Client(), bucket: readEnvironment(['evidenceBucket']).evidenceBucket });
