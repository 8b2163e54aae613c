/** Restores a dump that comes in on standard input, in a process of its own: its peak memory is the loader's alone. */
import { LogicalRestorer } from '../lib/recovery/logical/logical-restorer.ts';
import { announcementsIn } from '../lib/recovery/logical/policy/announcements.ts';
import { databaseRequest } from '../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../lib/recovery/logical/policy/load-policy.ts';
import { openDump } from '../lib/recovery/logical/reading/open-dump.ts';
import { access, anUnreadDump, askedOnCommandLine, used } from './bench-restore.ts';

const only = (): never => {
  throw new Error('the dump comes on standard input');
};
const { sandbox, options } = askedOnCommandLine();
const resident: number[] = [];
const timer = setInterval(() => resident.push(Math.round(process.memoryUsage.rss() / 2 ** 20)), 1000);
const account = await new LogicalRestorer({
  access,
  loadPolicy: async () => ({ ...(await loadPolicy()), databaseRequest, announcementsIn }),
  openDump: () =>
    openDump({ kind: 'stream', open: async () => process.stdin, sizeBytes: null }, { passphrase: null }),
}).restore({
  dump: anUnreadDump({ key: 'generated' }),
  store: { location: 'standard input', list: only, stat: only, open: only },
  sandbox,
  options,
  onProgress: () => {},
  signal: new AbortController().signal,
});
clearInterval(timer);
const report = {
  complete: account.complete,
  findings: account.findings.map(({ code, message }) => `${code}: ${message}`),
  tables: account.tables.length,
  rows: account.tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
  textBytes: account.tables.reduce((sum, { bytes }) => sum + bytes, 0),
  storedBytes: account.bytesRead,
  ...used(),
  /** Largest resident memory in each tenth of the run. */
  mebibytesByTenth: Array.from({ length: 10 }, (_, tenth) =>
    Math.max(
      0,
      ...resident.slice(
        Math.floor((tenth * resident.length) / 10),
        Math.floor(((tenth + 1) * resident.length) / 10),
      ),
    ),
  ),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
