/** One restore by our restorer in a process of its own, so that getrusage tells its CPU and memory and nobody else's. */
import '../lib/runtimes/local/with-navigator.ts';
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createFileDumpStore } from '../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { compileForSpeedLater } from '../lib/runtimes/local/compiled-code.ts';
import { unknownHeader } from './unread-dump.ts';

// As the command line does: what talks to a server is loaded after that, once there is a navigator.
compileForSpeedLater();
const { createRestorer } = await import('../lib/recovery/logical/create-restorer.ts');
const { values } = parseArgs({
  options: {
    socket: { type: 'string' },
    port: { type: 'string' },
    role: { type: 'string' },
    dump: { type: 'string' },
    connections: { type: 'string' },
  },
});
const { socket = '', role = '', dump: path = '' } = values;
const port = Number(values.port);

const { store, key } = await createFileDumpStore(path);
const found = statSync(path);
const etag = (await store.stat(key))?.etag;
const restorer = createRestorer({
  connection: async (address, database) => ({
    host: address.host,
    port: address.port,
    user: address.masterRole,
    database,
  }),
});
const askedAt = performance.timeOrigin + performance.now();
const account = await restorer.restore({
  dump: {
    key,
    directory: found.isDirectory(),
    sizeBytes: found.size,
    uploadedAt: new Date(0).toISOString(),
    nameTimestamp: null,
    nameTimestampEnd: null,
    expectedSha256: null,
    header: unknownHeader,
    // As a drill pins what it selected.
    ...(etag === undefined ? {} : { etag }),
  },
  store,
  sandbox: { sandboxId: 'bench', host: socket, port, masterRole: role, serverVersion: '' },
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
const usage = process.resourceUsage();
const report = {
  askedAt,
  complete: account.complete,
  errors: account.findings.filter(({ severity }) => severity === 'error').length,
  rows: account.tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
  databases: account.databases.map(({ name }) => name),
  phases: account.phases,
  /** resourceUsage gives microseconds and KiB. */
  cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  peakMebibytes: usage.maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
