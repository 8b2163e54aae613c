import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An S3 endpoint of this process that gives every request the same refusal. */
export interface S3StandIn {
  endpointUrl: string;
  requests: string[];
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  /** Code of S3's error document, or the whole document. */
  body: string;
  headers?: Record<string, string>;
}

export const accessDenied = (): Answer => ({ status: 403, body: errorDocument('AccessDenied') });
export const refusedKeys = (): Answer => ({ status: 403, body: errorDocument('InvalidAccessKeyId') });
export const otherRegion = (): Answer => ({
  status: 301,
  body: errorDocument('PermanentRedirect'),
  headers: { 'x-amz-bucket-region': 'eu-central-1' },
});
export const noSuchBucket = (): Answer => ({ status: 404, body: errorDocument('NoSuchBucket') });

/** Lists nothing, and has no object. */
export function emptyBucket(request: IncomingMessage): Answer {
  if (!request.url?.includes('list-type=2')) return { status: 404, body: errorDocument('NoSuchKey') };
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>backups</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`;
  return { status: 200, body };
}

const errorDocument = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message><RequestId>1</RequestId></Error>`;

export async function startS3StandIn(answer: (request: IncomingMessage) => Answer): Promise<S3StandIn> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { status, body, headers } = answer(request);
    response.writeHead(status, {
      ...headers,
      'content-type': 'application/xml',
      'content-length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpointUrl: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
