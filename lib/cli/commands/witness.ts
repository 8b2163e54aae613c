import { rm } from 'node:fs/promises';
import { writeFileAtomically } from '../../adapters/files/atomic-file.ts';
import { namedFileError } from '../../adapters/files/file-errors.ts';
import { takeWitness } from '../../adapters/source/witness-taking.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { visibleLines } from '../../domain/text/visible-text.ts';
import { readPgDumpWords } from '../../domain/witness/pg-dump-words.ts';
import { parseWitness, witnessKeyOf } from '../../domain/witness/witness.ts';
import { couldNotRunExitCode } from '../terminal/exit.ts';

interface WitnessOptions {
  output?: string;
  /** True: of all tables. */
  countsOnly?: true | string[];
  exclude?: string[];
}

/**
 * `restore-drill witness -- pg_dump …`: runs pg_dump, and writes beside its dump what the source held in the same
 * snapshot. Gives back pg_dump's exit code; 2 when the dump is whole and the witness could not be taken.
 */
export async function witness(words: string[], options: WitnessOptions): Promise<number> {
  const call = readPgDumpWords(words);
  const path = options.output ?? (call.file === null ? null : witnessKeyOf(call.file));
  if (path === null) {
    throw new DrillError(
      'REQUEST_INVALID',
      'pg_dump writes to its standard output, so the dump has no name here',
      {
        hint: 'Name the witness after the dump: --output <dump>.witness.json; or give pg_dump a file with -f.',
      },
    );
  }
  // One of an earlier dump of that name would speak against this one.
  await rm(path, { force: true }).catch((error: unknown) => {
    throw namedFileError(error, path);
  });
  const { exitCode, witness: taken } = await takeWitness(call, {
    countsOnly: options.countsOnly === true ? ['*'] : (options.countsOnly ?? []),
    excluded: options.exclude ?? [],
  });
  if ('problem' in taken) {
    tell(`no witness was taken: ${taken.problem.message}\nHINT: ${taken.problem.hint}`);
    return exitCode === 0 ? couldNotRunExitCode : exitCode;
  }
  const { tables } = parseWitness(taken.text);
  await writeFileAtomically(path, taken.text).catch((error: unknown) => {
    throw namedFileError(error, path);
  });
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  tell(`witness of ${formatCountOf(tables.length, 'table')}, ${formatCountOf(rows, 'row')}: ${path}`);
  return exitCode;
}

/** To stderr: stdout may be the dump. */
function tell(text: string): void {
  process.stderr.write(visibleLines(`restore-drill: ${text}\n`));
}
