import type { ReadingSummary } from '../domain/drill/drill-state.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { DumpReading } from '../ports/recovery.ts';
import { openSource } from './configured-source.ts';
import { readReadRequest } from './restore-request.ts';
import { withinLimit } from './time-limit.ts';

/**
 * Reads the selected dump once completely, before anything is made for it. That it is broken is an expected outcome.
 *
 * @throws DrillError STEP_TIMED_OUT, DUMP_NOT_FOUND, DUMP_CHANGED and what leaves nothing to say of the dump
 */
export async function readDumpStep(
  pointer: { drillId: string; attempt: number },
  ports: Pick<
    DrillPorts,
    'clock' | 'configuration' | 'openStore' | 'dumpReader' | 'evidence' | 'dumpOpening' | 'signal'
  >,
): Promise<ReadingSummary> {
  const { state } = await readReadRequest(pointer, ports);
  const { dump } = state;
  const { restore } = ports.configuration.database(state.database);
  const { store } = await openSource(state.database, ports);
  const opening = await ports.dumpOpening(state.database);
  const startedAt = ports.clock.now().toISOString();
  const { maxStatementBytes, maxRatio } = restore;
  const limit = AbortSignal.timeout(restore.timeoutSeconds * 1000);
  const tooLong = `reading the dump took longer than ${inWords(restore.timeoutSeconds)}`;
  const reading = await withinLimit(limit, tooLong, () =>
    ports.dumpReader.read({
      ...{ dump, store, options: { maxStatementBytes, maxRatio, ...opening } },
      signal: AbortSignal.any([ports.signal, limit]),
    }),
  );
  const broken = [...damages(reading), ...digestDiffers(reading, dump.key, dump.expectedSha256)];
  const whole = reading.complete && broken.length === 0;
  return {
    whole,
    startedAt,
    seconds: secondsBetween(startedAt, ports.clock.now().toISOString()),
    bytesRead: reading.bytesRead,
    rows: reading.rows,
    findings: whole ? [] : broken,
  };
}

/** What ended the reading; a finding beside a whole reading is for the restore to tell. */
const damages = ({ complete, findings }: DumpReading): Finding[] => (complete ? [] : findings);

function digestDiffers({ sha256 }: DumpReading, key: string, expected: string | null): Finding[] {
  if (expected === null || sha256 === null || sha256 === expected) return [];
  return [finding('CHECKSUM_MISMATCH', `SHA-256 of ${key} is ${sha256}; its sidecar says ${expected}`)];
}
