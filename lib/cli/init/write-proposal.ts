import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatProblem, parseConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';

/** Where the proposal goes. */
export interface ProposalTarget {
  /** `-`: stdout. */
  output: string;
  force?: boolean;
}

/** The folder that relative paths of the proposal begin at. */
export const folderOf = ({ output }: ProposalTarget): string =>
  output === '-' ? process.cwd() : dirname(resolve(output));

/** @throws DrillError REQUEST_INVALID */
export function refuseToOverwrite({ output, force }: ProposalTarget): void {
  if (output === '-' || force === true || !existsSync(output)) return;
  throw new DrillError('REQUEST_INVALID', `${output} exists already`, {
    hint: 'Give --force to overwrite it, or --output with another file (- for stdout).',
  });
}

/** Checks the proposal and writes it. @param told what to say of it, behind `wrote FILE; ` */
export async function writeProposal(text: string, target: ProposalTarget, told: string): Promise<void> {
  refuseBroken(text);
  const { output, force } = target;
  if (output === '-') {
    process.stdout.write(text);
    return;
  }
  await mkdir(dirname(resolve(output)), { recursive: true });
  // `wx`: a file that came to be meanwhile is not overwritten either.
  await writeFile(output, text, { flag: force === true ? 'w' : 'wx' });
  process.stderr.write(`\nwrote ${output}; ${told}\n`);
}

/** A proposal that our own parser refuses is our mistake, and is not handed out. */
function refuseBroken(text: string): void {
  const parsed = parseConfig(text);
  if (!('problems' in parsed)) return;
  const problems = parsed.problems.map((problem) => formatProblem('drills.yaml', problem)).join('; ');
  throw new DrillError('INTERNAL_ERROR', `the proposed configuration has mistakes: ${problems}`, {
    hint: 'Please report it.',
    fault: 'us',
  });
}
