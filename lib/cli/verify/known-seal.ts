import { recordDigest } from '../../adapters/seals/record-digest.ts';
import { verifyEnvelope } from '../../adapters/seals/verify-envelope.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import type { KnownSeal, SealVerification } from '../../domain/record/report/known-seal.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import { sealFile } from '../../domain/record/seal/envelope.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import type { TrustedKeys } from './trusted-keys.ts';

/** Reads the seal of a drill for a report that is made anew, and verifies what the keys allow. */
export async function readKnownSeal(
  record: DrillRecord,
  evidence: EvidenceStore,
  { keys, from }: TrustedKeys,
): Promise<KnownSeal> {
  let text: string | null;
  try {
    text = await evidence.findReport(sealFile, record.drillId);
  } catch (error) {
    if (!isDrillError(error)) throw error;
    return { state: 'unread', why: error.message };
  }
  if (text === null) return { state: 'none' };
  const outcome = verifyEnvelope(text, keys);
  if (outcome.state === 'absent') return { state: 'none' };
  if (outcome.state === 'unreadable') return { state: 'unread', why: `${sealFile}: ${outcome.why}` };
  const verification: Record<typeof outcome.state, SealVerification> = {
    valid: from === 'given' ? 'valid by a key that was given' : 'valid by the key of this machine',
    altered: 'altered',
    'wrong key': 'another key',
    'unknown key': 'no key was given',
  };
  const { subject } = outcome.statement;
  return {
    state: 'found',
    keyId: outcome.state === 'valid' ? outcome.keyId : outcome.signedWith,
    verification: verification[outcome.state],
    ofThisRecord:
      subject.find(({ name }) => name === reportFiles.record)?.digest.sha256 === recordDigest(record),
  };
}
