/** What verifying may find wrong. Each has one word that programs read and one that people read. */
export const problemKinds = {
  'record altered': 'the record is not the one that was sealed',
  'report altered': 'a report is not the one that was sealed',
  'report swapped': 'a report is that of another drill',
  'report missing': 'a sealed report is not there',
  'no seal': 'nothing is signed',
  'seal unreadable': 'the seal is no envelope of restore-drill',
  'seal altered': 'the signature does not fit what the seal says',
  'wrong key': 'signed with another key than those given',
  'unknown key': 'no key was given to verify the signature with',
  'wrong place': 'the folder is named for another drill',
  'link missing': 'the record before this one is not there',
  'link differs': 'the record before this one is another one than it was',
  fork: 'two records follow the same one',
  'begins anew': 'the record says that it is the first of its database, and is not',
  'ledger altered': 'a line of the ledger is not the one that was written',
  'not in the ledger': 'the ledger does not have the record, or another one',
  'not beside the ledger': 'the ledger has the record, and its reports are not there',
  'not found': 'a record that was asked for is not there',
} as const;

export type ProblemKind = keyof typeof problemKinds;

export interface Problem {
  kind: ProblemKind;
  /** What exactly: names and digests. */
  detail: string;
}

/** One sealed drill as it was found, with everything that is wrong with it. */
export interface VerifiedDrill {
  /** Null: its record cannot be read. */
  drillId: string | null;
  database: string | null;
  verdict: string | null;
  endedAt: string | null;
  /** Where it was found. */
  place: string;
  /** Key that signed it; null: none is known. */
  keyId: string | null;
  recordSha256: string | null;
  problems: Problem[];
}

export interface Verification {
  drills: VerifiedDrill[];
  /** Of no single drill. */
  problems: Problem[];
  /** What could not be told from what was given, in sentences. */
  notes: string[];
}

export const problem = (kind: ProblemKind, detail: string): Problem => ({ kind, detail });

/** Whether nothing at all is wrong, and there was something. */
export const isVerified = ({ drills, problems }: Verification): boolean =>
  drills.length > 0 && problems.length === 0 && drills.every((drill) => drill.problems.length === 0);
