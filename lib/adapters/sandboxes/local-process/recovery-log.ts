import { readFileSync } from 'node:fs';
import type { RecoveryLog } from '../../../ports/recovery-place.ts';

/** Words by which PostgreSQL ends reading WAL where something is wrong with it (xlogreader.c, xlogrecovery.c, 14 to 18). */
const trouble =
  /invalid magic number|incorrect resource manager data checksum|incorrect prev-link|unexpected pageaddr|WAL file is from different|unexpected timeline ID|invalid record length .*(?!wanted)|there is no contrecord|contrecord is requested|record with incorrect|could not open directory|has wrong size|out-of-sequence timeline|not supported by build/;

/** Reads the log of the start that replayed; written with `log_line_prefix` empty, in English and UTC (server-settings.ts). */
export function readRecoveryLog(path: string): RecoveryLog {
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = (pattern: RegExp): string | null =>
    lines.map((line) => pattern.exec(line)?.[1] ?? null).findLast((found) => found !== null) ?? null;
  const commit = last(/last completed transaction was at log time (\S+ \S+)/);
  const timeline = last(/selected new timeline ID: (\d+)/);
  return {
    redoStart: last(/redo starts at ([0-9A-F]+\/[0-9A-F]+)/),
    consistentAt: last(/consistent recovery state reached at ([0-9A-F]+\/[0-9A-F]+)/),
    redoEnd: last(/redo done at ([0-9A-F]+\/[0-9A-F]+)/),
    lastCommitAt:
      commit === null
        ? null
        : new Date(commit.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString(),
    newTimeline: timeline === null ? null : Number(timeline),
    fatal: last(/^(?:FATAL|PANIC): +(.*)$/),
    walTrouble: lines.filter((line) => trouble.test(line)).map((line) => line.replace(/^\w+: +/, '')),
  };
}
