import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEvidenceFolder } from '../../lib/adapters/evidence/folder-evidence.ts';
import { createFileLedger } from '../../lib/adapters/ledgers/file/file-ledger.ts';
import { findKey } from '../../lib/adapters/seals/key-files.ts';
import { sha256 } from '../../lib/adapters/seals/record-digest.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { FindSigner } from '../../lib/ports/signer.ts';
import { publishRecord } from '../../lib/steps/publish-record.ts';
import { aRecord } from './records.ts';

/** A state folder as drills of one machine leave it: ledger, reports and seals. */
export interface SealedState {
  folder: string;
  drillFolder(drillId: string): string;
  /** Seals a record of that day of March 2026, as the last step of a drill does. */
  seal(drillId: string, day: number, overrides?: Partial<DrillRecord>): Promise<void>;
}

/** @param signer of the seals; default: the key of the folder, where one was made */
export async function sealedState(signer?: FindSigner): Promise<SealedState> {
  const folder = await mkdtemp(join(tmpdir(), 'restore-drill-sealed-'));
  const evidence = createEvidenceFolder(join(folder, 'drills'));
  const ledger = createFileLedger({ path: join(folder, 'ledger.jsonl'), clock: { now: () => new Date() } });
  const provenance = {
    software: { version: '0.1.0', node: 'v20.0.0', commit: 'unknown' },
    placeOf: () => ({ kind: 'host', host: 'laptop' }) as const,
    operatorBasis: 'operating system' as const,
    digest: sha256,
    signer: signer ?? (() => findKey(folder)),
  };
  const mishaps = {
    tell({ error }: { error: unknown }) {
      throw error;
    },
  };
  return {
    folder,
    drillFolder: (drillId) => evidence.folderOf(drillId),
    async seal(drillId, day, overrides = {}) {
      const date = `2026-03-${String(day).padStart(2, '0')}`;
      await ledger.seal(
        aRecord({
          ...{ drillId, startedAt: `${date}T03:00:00.000Z`, endedAt: `${date}T03:03:12.000Z` },
          ...overrides,
        }),
      );
      const record = await ledger.show(drillId);
      if (record === null) throw new Error('nothing was sealed');
      await publishRecord(record, null, { exports: [], evidence, mishaps, provenance });
    },
  };
}
