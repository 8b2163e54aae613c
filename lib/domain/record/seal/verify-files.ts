import type { DrillRecord } from '../drill-record.ts';
import { type ReportFile, reportFiles } from '../report/report-files.ts';
import { sealFile } from './envelope.ts';
import type { DrillStatement } from './statement.ts';
import { type Problem, problem } from './verification.ts';

/** What a signature came to, by keys that were given. */
export type SignatureOutcome =
  | { state: 'valid'; keyId: string; statement: DrillStatement }
  | { state: 'absent' }
  | { state: 'unreadable'; why: string }
  /** `signedWith`: the key that the envelope names. */
  | { state: 'altered' | 'wrong key' | 'unknown key'; signedWith: string; statement: DrillStatement };

/** One drill's folder, read. */
export interface SealedFolder {
  place: string;
  /** Name that the folder must have; null: any, it was chosen by a person. */
  namedFor: string | null;
  record: DrillRecord;
  /** SHA-256 of each report that is there, hexadecimal. */
  digests: Partial<Record<ReportFile, string>>;
  signature: SignatureOutcome;
}

/** Holds the files of one drill against its seal, and against those of the others, where a report may come from. */
export function verifyFiles(folder: SealedFolder, others: readonly SealedFolder[]): Problem[] {
  const { record, signature, namedFor } = folder;
  const problems: Problem[] = [];
  if (namedFor !== null && namedFor !== record.drillId)
    problems.push(problem('wrong place', `the folder of ${namedFor} holds the record of ${record.drillId}`));
  problems.push(...signatureProblems(signature));
  if (!('statement' in signature)) return problems;
  const { statement } = signature;
  const sealed = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]));
  for (const name of Object.values(reportFiles)) {
    const expected = sealed.get(name);
    const actual = folder.digests[name];
    if (expected === actual) continue;
    if (expected === undefined) problems.push(problem('report altered', `${name} is not part of the seal`));
    else if (actual === undefined) problems.push(problem('report missing', name));
    else problems.push(otherFile(name, expected, actual, folder, others));
  }
  const { drillId, verdict, database, previous } = statement.predicate;
  const says = [drillId, verdict, database, previous?.sha256 ?? null].join(' ');
  const is = [record.drillId, record.verdict, record.database, record.previous?.sha256 ?? null].join(' ');
  if (says !== is && !problems.some(({ kind }) => kind === 'record altered'))
    problems.push(problem('record altered', `the seal is of ${drillId}, ${database}, ${verdict}`));
  return problems;
}

function signatureProblems(signature: SignatureOutcome): Problem[] {
  switch (signature.state) {
    case 'valid':
      return [];
    case 'absent':
      return [problem('no seal', `${sealFile} is not there`)];
    case 'unreadable':
      return [problem('seal unreadable', `${sealFile}: ${signature.why}`)];
    case 'altered':
      return [problem('seal altered', `the signature of the key ${signature.signedWith} does not hold`)];
    case 'wrong key':
      return [problem('wrong key', `it says that it is signed with ${signature.signedWith || 'no key'}`)];
    case 'unknown key':
      return [problem('unknown key', `it says that it is signed with ${signature.signedWith || 'no key'}`)];
  }
}

function otherFile(
  name: ReportFile,
  expected: string,
  actual: string,
  folder: SealedFolder,
  others: readonly SealedFolder[],
): Problem {
  if (name === reportFiles.record)
    return problem('record altered', `${name} has SHA-256 ${actual}, sealed was ${expected}`);
  const from = others.find((other) => other !== folder && sealedDigest(other, name) === actual);
  return from === undefined
    ? problem('report altered', `${name} has SHA-256 ${actual}, sealed was ${expected}`)
    : problem('report swapped', `${name} is that of ${from.record.drillId}`);
}

const sealedDigest = ({ signature }: SealedFolder, name: string): string | undefined =>
  'statement' in signature
    ? signature.statement.subject.find((subject) => subject.name === name)?.digest.sha256
    : undefined;
