/**
 * Names of the files of a WAL archive (`access/xlog_internal.h`: XLogFileName, IsPartialXLogFileName, TLHistoryFileName,
 * BackupHistoryFileName), as archives keep them: in folders, compressed, with a checksum behind.
 */

/** What the name of an archived file says. `name` is what PostgreSQL calls it: without folder, compression and checksum. */
export type WalName =
  | { kind: 'segment' | 'partial'; name: string; timeline: number; log: number; part: number }
  | { kind: 'history'; name: string; timeline: number }
  | { kind: 'backup history'; name: string; timeline: number; log: number; part: number; offset: number };

const compressed = String.raw`(?:\.(?:gz|zst|lz4|xz|bz2|br))`;
/** `-` and the SHA-1 of the content stand behind the name in repositories of pgBackRest. */
const checksum = '(?:-[0-9a-f]{40})';
/** pg_receivewal puts `.partial` behind the compression; a server's own archive_command sees it before. */
const segment = new RegExp(
  `^([0-9A-F]{24})(?:(\\.partial)?${checksum}?${compressed}?|${compressed}(\\.partial))$`,
);
const history = new RegExp(`^([0-9A-F]{8})\\.history${compressed}?$`);
const backupHistory = new RegExp(`^([0-9A-F]{24})\\.([0-9A-F]{8})\\.backup${compressed}?$`);

/** @param path whose last part is the name @returns null for a file that is none of a WAL archive's */
export function parseWalName(path: string): WalName | null {
  const file = path.slice(path.lastIndexOf('/') + 1);
  const asSegment = segment.exec(file);
  if (asSegment !== null) {
    const name = asSegment[1] as string;
    const isPartial = (asSegment[2] ?? asSegment[3]) !== undefined;
    return withTimeline({ kind: isPartial ? 'partial' : 'segment', name, ...numbers(name) });
  }
  const asHistory = history.exec(file);
  if (asHistory !== null) {
    const timeline = hex(asHistory[1] as string);
    return withTimeline({ kind: 'history', name: `${asHistory[1]}.history`, timeline });
  }
  const asBackup = backupHistory.exec(file);
  if (asBackup === null) return null;
  const [, of, offset] = asBackup as unknown as [string, string, string];
  return withTimeline({
    kind: 'backup history',
    name: `${of}.${offset}.backup`,
    ...numbers(of),
    offset: hex(offset),
  });
}

const hex = (digits: string): number => Number.parseInt(digits, 16);

const numbers = (name: string): { timeline: number; log: number; part: number } => ({
  timeline: hex(name.slice(0, 8)),
  log: hex(name.slice(8, 16)),
  part: hex(name.slice(16)),
});

/** There is no timeline 0. */
const withTimeline = (name: WalName): WalName | null => (name.timeline === 0 ? null : name);
