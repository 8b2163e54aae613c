import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** As much of S3 as reading needs, over the files of a folder, each folder of which is a bucket. */
export interface S3Server {
  url: string;
  /** Keys that were read, in order, repeated. */
  read: string[];
  close(): void;
}

export async function startS3Server(folder: string): Promise<S3Server> {
  const read: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    if (key === '') listing(join(folder, bucket), url.searchParams.get('prefix') ?? '', response);
    else {
      read.push(key);
      object(join(folder, bucket, key), request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, read, close: () => server.close() };
}

function listing(bucket: string, prefix: string, response: ServerResponse): void {
  const objects = readdirSync(bucket, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(bucket.length + 1);
    if (!entry.isFile() || !key.startsWith(prefix)) return [];
    const { size, mtime } = statSync(path);
    return `<Contents><Key>${key}</Key><Size>${size}</Size><LastModified>${mtime.toISOString()}</LastModified></Contents>`;
  });
  response.setHeader('content-type', 'application/xml');
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${objects.join('')}</ListBucketResult>`,
  );
}

function object(path: string, { method, headers }: IncomingMessage, response: ServerResponse): void {
  if (!existsSync(path)) {
    response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    return;
  }
  const { size, mtime } = statSync(path);
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  const start = Number(first);
  const end = Math.min(last === '' ? size - 1 : Number(last), size - 1);
  const told = { 'last-modified': mtime.toUTCString(), etag: `"${size}"` };
  if (headers.range !== undefined && start >= size) {
    response.writeHead(416).end('<Error><Code>InvalidRange</Code></Error>');
    return;
  }
  if (headers.range === undefined) response.writeHead(200, { ...told, 'content-length': size });
  else
    response.writeHead(206, {
      ...told,
      'content-length': end - start + 1,
      'content-range': `bytes ${start}-${end}/${size}`,
    });
  if (method === 'HEAD') response.end();
  else createReadStream(path, { start, end }).pipe(response);
}
