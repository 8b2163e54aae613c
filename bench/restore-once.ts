/** One restore by our restorer in a process of its own, so that getrusage tells its CPU and memory and nobody else's. */
import '../lib/runtimes/local/with-navigator.ts';
import { statSync } from 'node:fs';
import { createFileDumpStore } from '../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { compileForSpeedLater } from '../lib/runtimes/local/compiled-code.ts';
import { access, anUnreadDump, askedOnCommandLine, used } from './bench-restore.ts';

// As the command line does: what talks to a server is loaded after that, once there is a navigator.
compileForSpeedLater();
const { createRestorer } = await import('../lib/recovery/logical/create-restorer.ts');
const { dump: path, ...asked } = askedOnCommandLine();

const { store, key } = await createFileDumpStore(path);
const found = statSync(path);
const etag = (await store.stat(key))?.etag;
const restorer = createRestorer(access);
const askedAt = performance.timeOrigin + performance.now();
const account = await restorer.restore({
  ...asked,
  // Pinned as a drill pins what it selected.
  dump: anUnreadDump({
    key,
    directory: found.isDirectory(),
    sizeBytes: found.size,
    ...(etag === undefined ? {} : { etag }),
  }),
  store,
  onProgress: () => {},
  signal: new AbortController().signal,
});
const report = {
  askedAt,
  complete: account.complete,
  errors: account.findings.filter(({ severity }) => severity === 'error').length,
  rows: account.tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
  databases: account.databases.map(({ name }) => name),
  phases: account.phases,
  ...used(),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
