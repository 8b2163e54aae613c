import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../test/corpus/mutants/random.ts';

/** How a store misbehaves with one answer. */
export type Misbehaviour =
  | 'none'
  | 'SlowDown'
  | 'InternalError'
  | 'ExpiredToken'
  | 'reset at once'
  | 'reset in the middle'
  | 'stall in the middle'
  | 'short body'
  | 'another range';

/** Objects of one bucket, by key. */
export type Objects = Map<string, Buffer>;

/** A store as S3 is, and as its plan makes it. */
export interface FaultyS3 {
  url: string;
  /** Every request: when it came, in milliseconds, and what it asked. */
  requests: { at: number; asked: string; answered: Misbehaviour }[];
  /** Of which objects of a key bytes were sent since its last HEAD, by their tags. */
  sent: Map<string, Set<string>>;
  close(): Promise<void>;
}

export interface StorePlan {
  objects: Objects;
  /** What becomes of the answer to the request of this number, from 1. */
  misbehaves(request: number): Misbehaviour;
  /** From the request of this number on the objects are these. */
  changes?: { from: number; objects: Objects };
  /** A store that answers with what it has, whatever the request said it must be. */
  ignoresConditions?: boolean;
  random: Random;
}

export async function startFaultyS3(plan: StorePlan): Promise<FaultyS3> {
  const requests: FaultyS3['requests'] = [];
  const sent: FaultyS3['sent'] = new Map();
  const server = createServer((request, response) => {
    const number = requests.length + 1;
    const answered = plan.misbehaves(number);
    const asked = `${request.method} ${request.url} ${request.headers.range ?? ''}`;
    requests.push({ at: performance.now(), asked, answered });
    const { changes } = plan;
    const objects = changes !== undefined && number >= changes.from ? changes.objects : plan.objects;
    answer({ ...plan, objects, sent }, answered, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const statusOf = { SlowDown: 503, InternalError: 500, ExpiredToken: 400 } as const;

/** A plan with the objects of the moment. */
type Present = StorePlan & Pick<FaultyS3, 'sent'>;

function answer(
  plan: Present,
  misbehaviour: Misbehaviour,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  switch (misbehaviour) {
    case 'SlowDown':
    case 'InternalError':
    case 'ExpiredToken':
      refuse(response, statusOf[misbehaviour], misbehaviour);
      return;
    case 'reset at once':
      request.socket.destroy();
      return;
    default: {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const [, , key = ''] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
      if (key === '') list(plan.objects, url.searchParams.get('prefix') ?? '', response);
      else send(plan, misbehaviour, key, request, response);
    }
  }
}

function list(objects: Objects, prefix: string, response: ServerResponse): void {
  const contents = [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .map(
      ([key, bytes]) =>
        `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>2026-11-20T02:00:00.000Z</LastModified></Contents>`,
    );
  response.setHeader('content-type', 'application/xml');
  response.end(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

function send(
  { objects, sent, ignoresConditions = false, random }: Present,
  misbehaviour: Misbehaviour,
  key: string,
  { method, headers, socket }: IncomingMessage,
  response: ServerResponse,
): void {
  const object = objects.get(key);
  if (object === undefined) {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  const etag = etagOf(object);
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted !== etag && !ignoresConditions) {
    refuse(response, 412, 'PreconditionFailed');
    return;
  }
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
  // A drill pins the object that its last look met; what it read before, it read to choose.
  if (method === 'HEAD') sent.delete(key);
  else sent.set(key, (sent.get(key) ?? new Set()).add(etag));
  // A cache in between that mixes up two answers, and says which one it sends.
  const shift = misbehaviour === 'another range' && Number(from) > 0 ? 1 : 0;
  const first = Number(from) - shift;
  const last = Math.min(to === '' ? object.length - 1 : Number(to) - shift, object.length - 1);
  if (headers.range !== undefined && first >= object.length) {
    refuse(response, 416, 'InvalidRange');
    return;
  }
  const bytes = object.subarray(first, last + 1);
  const isShort = misbehaviour === 'short body' && method === 'GET';
  response.writeHead(headers.range === undefined ? 200 : 206, {
    'last-modified': new Date('2026-11-20T02:00:00Z').toUTCString(),
    etag,
    'content-length': isShort ? Math.max(1, bytes.length - 1000) : bytes.length,
    ...(headers.range === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${object.length}` }),
  });
  if (method === 'HEAD') response.end();
  else if (isShort) response.end(bytes.subarray(0, Math.max(1, bytes.length - 1000)));
  else if (misbehaviour === 'reset in the middle' || misbehaviour === 'stall in the middle') {
    const until = random.below(bytes.length);
    response.write(bytes.subarray(0, until), () => {
      if (misbehaviour === 'reset in the middle') socket.destroy();
    });
  } else response.end(bytes);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message><RequestId>1</RequestId></Error>`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
