import { Readable } from 'node:stream';

/** One request as it leaves the client. */
export interface SentRequest {
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
}

export interface CannedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: Readable | string | Buffer;
}

/**
 * Stands in for the network behind the real SDK client: its serialisation, typed errors and retries run as they are.
 * Throws on anything `answer` does not know.
 */
export function recordedS3(answer: (request: SentRequest, count: number) => CannedAnswer | null) {
  const sent: SentRequest[] = [];
  return {
    sent,
    requestHandler: {
      async handle(request: unknown) {
        const { method, path, query, headers } = request as SentRequest;
        const seen = { method, path, query, headers };
        sent.push(seen);
        const answered = answer(seen, sent.length);
        if (answered === null) throw new Error(`nobody expected ${method} ${path}`);
        const body = answered.body ?? '';
        const stream =
          body instanceof Readable ? body : Readable.from(body.length === 0 ? [] : [Buffer.from(body)]);
        return { response: { statusCode: answered.status, headers: answered.headers ?? {}, body: stream } };
      },
    },
  };
}

/** Answers GET requests with ranges of `content`, as S3 does. */
export function rangeOf(content: Buffer, request: SentRequest, etag = '"one"'): CannedAnswer {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const from = Number(first);
  if (from >= content.length) return errorAnswer(416, 'InvalidRange');
  const to = Math.min(last === '' ? content.length - 1 : Number(last), content.length - 1);
  const body = content.subarray(from, to + 1);
  return {
    status: 206,
    headers: {
      'content-range': `bytes ${from}-${to}/${content.length}`,
      'content-length': String(body.length),
      etag,
    },
    body,
  };
}

export function errorAnswer(status: number, code: string): CannedAnswer {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} in words</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: xml };
}
