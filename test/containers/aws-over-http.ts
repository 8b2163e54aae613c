import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call in AWS's JSON protocol, e.g. `SendTaskSuccess`. */
export interface JsonCall {
  operation: string;
  input: Record<string, unknown>;
}

export interface AwsOverHttp {
  url: string;
  /** Objects by `bucket/key`. */
  objects: Map<string, Buffer>;
  calls: JsonCall[];
  /** Environment of a process that shall find AWS here. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * S3 (path style, one part per object), Step Functions and Secrets Manager for a process of ours, over a real socket:
 * the whole SDK of the process runs as it is.
 *
 * @param options.secret value of every secret; `stalled` keys are never answered; `answer` throws a service error by
 * name
 */
export async function awsOverHttp(options: {
  secret: string;
  stalled?: (key: string) => boolean;
  refuse?: (call: JsonCall) => string | null;
}): Promise<AwsOverHttp> {
  const objects = new Map<string, Buffer>();
  const calls: JsonCall[] = [];

  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  };
  const rpc = (target: string, body: Buffer, response: ServerResponse) => {
    const call = {
      operation: target.split('.')[1] ?? '',
      input: JSON.parse(body.toString()) as JsonCall['input'],
    };
    calls.push(call);
    const refused = options.refuse?.(call) ?? null;
    if (refused !== null) json(response, 400, { __type: refused, message: refused });
    else json(response, 200, call.operation === 'GetSecretValue' ? { SecretString: options.secret } : {});
  };
  const s3 = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const key = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname.slice(1));
    if (options.stalled?.(key)) return;
    if (new URL(request.url ?? '/', 'http://x').searchParams.get('list-type') === '2') {
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(listing(key.replace(/\/$/, ''), objects));
      return;
    }
    if (request.method === 'PUT') {
      objects.set(key, body);
      response.writeHead(200, { etag: etagOf(body) }).end();
      return;
    }
    const content = objects.get(key);
    if (content === undefined) {
      response.writeHead(404, { 'content-type': 'application/xml' });
      response.end('<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
      return;
    }
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const to = Math.min(last === '' ? content.length - 1 : Number(last), content.length - 1);
    const part = content.subarray(Number(first), to + 1);
    response.writeHead(request.headers.range === undefined ? 200 : 206, {
      'last-modified': 'Fri, 20 Nov 2026 02:05:00 GMT',
      etag: etagOf(content),
      'content-length': part.length,
      'content-range': `bytes ${first}-${to}/${content.length}`,
    });
    response.end(request.method === 'HEAD' ? undefined : part);
  };

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const target = request.headers['x-amz-target'];
      if (typeof target === 'string') rpc(target, Buffer.concat(pieces), response);
      else s3(request, Buffer.concat(pieces), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    objects,
    calls,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      EVIDENCE_BUCKET: 'evidence',
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One page with every object of the bucket. */
function listing(bucket: string, objects: Map<string, Buffer>): string {
  const contents = [...objects]
    .filter(([key]) => key.startsWith(`${bucket}/`))
    .map(
      ([key, content]) =>
        `<Contents><Key>${key.slice(bucket.length + 1)}</Key><Size>${content.length}</Size><ETag>${etagOf(content)}</ETag><LastModified>2026-11-20T02:05:00.000Z</LastModified></Contents>`,
    );
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

export const etagOf = (content: Buffer): string => `"${createHash('md5').update(content).digest('hex')}"`;
