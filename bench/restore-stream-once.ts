/** Restores a dump that comes in on standard input, in a process of its own: its peak memory is the loader's alone. */
import { parseArgs } from 'node:util';
import { LogicalRestorer } from '../lib/recovery/logical/logical-restorer.ts';
import { announcementsIn } from '../lib/recovery/logical/policy/announcements.ts';
import { databaseRequest } from '../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../lib/recovery/logical/policy/load-policy.ts';
import { openDump } from '../lib/recovery/logical/reading/open-dump.ts';
import { unknownHeader } from './unread-dump.ts';

const { values } = parseArgs({
  options: {
    socket: { type: 'string', default: '' },
    port: { type: 'string', default: '' },
    role: { type: 'string', default: '' },
    connections: { type: 'string', default: '2' },
  },
});

const only = (): never => {
  throw new Error('the dump comes on standard input');
};
const { socket, port, role } = values;
const resident: number[] = [];
const timer = setInterval(() => resident.push(Math.round(process.memoryUsage.rss() / 2 ** 20)), 1000);
const account = await new LogicalRestorer({
  access: {
    connection: async (address, database) => ({
      host: address.host,
      port: address.port,
      user: address.masterRole,
      database,
    }),
  },
  loadPolicy: async () => ({ ...(await loadPolicy()), databaseRequest, announcementsIn }),
  openDump: () =>
    openDump({ kind: 'stream', open: async () => process.stdin, sizeBytes: null }, { passphrase: null }),
}).restore({
  dump: {
    key: 'generated',
    directory: false,
    sizeBytes: 0,
    uploadedAt: new Date(0).toISOString(),
    nameTimestamp: null,
    nameTimestampEnd: null,
    expectedSha256: null,
    header: unknownHeader,
  },
  store: { location: 'standard input', list: only, stat: only, open: only },
  sandbox: { sandboxId: 'bench', host: socket, port: Number(port), masterRole: role, serverVersion: '' },
  options: {
    connections: Number(values.connections),
    createMissingRoles: true,
    allowCreate: true,
    keepOrder: [],
    entryTimeoutSeconds: 1800,
    maxStatementBytes: 32 * 1024 ** 2,
    maxRatio: 10_000,
    passphrase: null,
  },
  onProgress: () => {},
  signal: new AbortController().signal,
});
clearInterval(timer);
const usage = process.resourceUsage();
const report = {
  complete: account.complete,
  findings: account.findings.map(({ code, message }) => `${code}: ${message}`),
  tables: account.tables.length,
  rows: account.tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
  textBytes: account.tables.reduce((sum, { bytes }) => sum + bytes, 0),
  storedBytes: account.bytesRead,
  cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  peakMebibytes: usage.maxRSS / 1024,
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
