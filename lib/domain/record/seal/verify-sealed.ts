import type { DrillRecord } from '../drill-record.ts';
import { type Problem, problem, type Verification, type VerifiedDrill } from './verification.ts';
import { type ChainedRecord, verifyChain } from './verify-chain.ts';
import { type SealedFolder, verifyFiles } from './verify-files.ts';

/** What was found, and what of it is asked for. */
export interface VerifyInput {
  folders: SealedFolder[];
  broken: { place: string; problems: Problem[] }[];
  /** Null: there is none. */
  ledger: ChainedRecord[] | null;
  problems: Problem[];
  /** One drill alone: the others of its chain lie elsewhere. */
  single: boolean;
  /** Drills that ended in this time, ISO 8601; null: without bound. */
  from: string | null;
  to: string | null;
  /** Digests of records that must be there, as an event or a message gave them. */
  expected: string[];
}

/** Holds records, reports, seals, chain and ledger against each other. Pure. */
export function verifySealed(input: VerifyInput): Verification {
  const { ledger, single } = input;
  const wanted = ({ endedAt }: DrillRecord) =>
    (input.from === null || endedAt >= input.from) && (input.to === null || endedAt <= input.to);
  const folders = input.folders.filter(({ record }) => wanted(record));
  const lines = ledger?.filter(({ record }) => wanted(record)) ?? null;
  const inFolders = input.folders.map(
    ({ record, digests }): ChainedRecord => ({ record, sha256: digests['record.json'] ?? '' }),
  );
  // A ledger has all of them, in the order of sealing; whatever it lacks is told below.
  const chain = verifyChain(ledger ?? inFolders, !single);
  const chainOf = (record: DrillRecord) => chain.problems.get(record.drillId) ?? [];

  const drills: VerifiedDrill[] = folders.map((folder) => ({
    ...factsOf(folder.record),
    place: folder.place,
    keyId: 'keyId' in folder.signature ? folder.signature.keyId : null,
    recordSha256: folder.digests['record.json'] ?? null,
    problems: [
      ...verifyFiles(folder, input.folders),
      ...chainOf(folder.record),
      ...againstLedger(folder, ledger),
    ],
  }));
  for (const { record, sha256 } of lines ?? []) {
    if (input.folders.some((folder) => folder.record.drillId === record.drillId)) continue;
    drills.push({
      ...factsOf(record),
      ...{ place: 'the ledger', keyId: null, recordSha256: sha256 },
      problems: [
        input.folders.length === 0 && input.broken.length === 0
          ? problem('no seal', 'a ledger alone holds no seal; give the state folder')
          : problem('not beside the ledger', `the folder of ${record.drillId} is not there`),
        ...chainOf(record),
      ],
    });
  }
  const nameless = { drillId: null, database: null, verdict: null, endedAt: null };
  drills.push(...input.broken.map((one) => ({ ...nameless, ...one, keyId: null, recordSha256: null })));
  const digests = new Set([...inFolders, ...(ledger ?? [])].map(({ sha256 }) => sha256));
  const lost = input.expected.filter((digest) => !digests.has(digest));
  return {
    drills: drills.sort((a, b) => ((a.endedAt ?? '') < (b.endedAt ?? '') ? -1 : 1)),
    problems: [
      ...input.problems,
      ...lost.map((digest) => problem('not found', `no record has SHA-256 ${digest}`)),
    ],
    notes: chain.notes,
  };
}

function againstLedger({ record, digests }: SealedFolder, ledger: ChainedRecord[] | null): Problem[] {
  if (ledger === null) return [];
  const line = ledger.find((one) => one.record.drillId === record.drillId);
  if (line === undefined) return [problem('not in the ledger', `it has no record of ${record.drillId}`)];
  if (line.sha256 === digests['record.json']) return [];
  return [problem('not in the ledger', `its record of ${record.drillId} has SHA-256 ${line.sha256}`)];
}

const factsOf = ({ drillId, database, verdict, endedAt }: DrillRecord) => ({
  drillId,
  database,
  verdict,
  endedAt,
});
