/** Reads an archive with PostgreSQL's own pg_restore: what it writes as SQL is read like any plain dump. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DumpHeader } from '../../../domain/backup/dump.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { DumpReader } from '../dump-stream.ts';
import { ByteSource } from '../reading/byte-source.ts';
import { dumpError } from '../reading/dump-error.ts';
import { readPlainDump } from '../reading/plain/read-plain-dump.ts';
import type { ArchiveInput } from './archive-files.ts';
import { ConnectionEnvironment } from './connection-environment.ts';

/**
 * Events of an archive as pg_restore understands it. Nothing is connected to and nothing executed by it: its SQL, like
 * every dump, goes through reader and policy first. So owners, grants and whatever else the policy decides on are
 * treated as by the native engine.
 *
 * @param header of the archive itself, which the SQL does not repeat
 * @throws DrillError DUMP_CORRUPT when pg_restore fails, and what readPlainDump throws
 */
export async function* readThroughPgRestore(
  pgRestore: string,
  input: ArchiveInput,
  header: DumpHeader,
  signal: AbortSignal,
): DumpReader {
  const from = input.directory === null ? [] : [input.directory];
  const child = spawn(pgRestore, ['--file=-', ...from], {
    env: ConnectionEnvironment.neutral(),
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  // Its messages may quote the archive; only the exit code counts, and our own reading says what is wrong.
  child.stderr.resume();
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
  let fault: unknown = null;
  const fed = pipeline(
    input.stream === null ? Readable.from([]) : Readable.from(input.stream),
    child.stdin,
  ).catch((error: unknown) => {
    // pg_restore stops reading when it has all it needs, or has failed: its exit code tells which.
    if (!isClosedPipe(error)) fault = error;
  });
  try {
    const format = { layout: 'plain' as const, wrappings: [], archiveVersion: null };
    yield { kind: 'header', header };
    for await (const event of readPlainDump(new ByteSource(child.stdout), format, {
      mustMarkEnd: () => true,
    })) {
      if (event.kind === 'header') continue;
      if (event.kind === 'end') {
        await fed;
        if (fault !== null) throw fault;
        const code = await ended;
        if (code !== 0) throw failed(code);
      }
      yield event;
    }
  } catch (error) {
    if (fault !== null) throw fault;
    // Its text ends early because it failed: that is what to say, not that the text is cut off.
    const code = isDrillError(error) && error.code === 'DUMP_TRUNCATED' ? await ended : 0;
    throw code === 0 ? error : failed(code);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

const failed = (code: number | null): Error =>
  dumpError('DUMP_CORRUPT', `pg_restore could not read the archive to its end (exit code ${code ?? 'none'})`);

const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ECONNRESET');
