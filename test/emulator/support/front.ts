import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type RecordedCall, readCall, type WireRequest } from './recorded-call.ts';

export interface WireReply {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** Plays a part of AWS that the emulator lacks: answers, or lets the emulator answer and completes what it says. */
export type Supplement = (
  input: Record<string, unknown>,
  forward: () => Promise<WireReply>,
) => Promise<WireReply>;

/**
 * Stands between everything and the emulator: passes requests on, notes who asked for what, and lets supplements play
 * what the emulator cannot. Listens on loopback only.
 */
export class Front {
  readonly calls: RecordedCall[] = [];
  /** Requests that are never answered, as a connection that died: told by the test. */
  readonly stalls: ((call: Omit<RecordedCall, 'status'>) => boolean)[] = [];
  /** Requests that are answered by AWS being unwell, or by its refusal: told by the test. */
  readonly refusals: ((call: Omit<RecordedCall, 'status'>) => WireReply | null)[] = [];
  /** Those that were never answered. */
  readonly stalled: Omit<RecordedCall, 'status'>[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #supplements: Record<string, Supplement>;

  /** @param supplements by `service:Command`, e.g. `rds:CreateDBInstance` */
  constructor(targetPort: number, supplements: Record<string, Supplement>) {
    this.#target = targetPort;
    this.#supplements = supplements;
    this.#server = createServer((incoming, outgoing) => {
      void this.#answer(incoming)
        .catch((error: unknown) => ({ status: 502, headers: {}, body: Buffer.from(String(error)) }))
        .then((reply) => {
          outgoing.writeHead(reply.status, reply.headers);
          outgoing.end(reply.body);
        });
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #answer(incoming: IncomingMessage): Promise<WireReply> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request: WireRequest = {
      method: incoming.method ?? 'GET',
      url: incoming.url ?? '/',
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    };
    const call = readCall(request);
    if (this.stalls.some((holds) => holds(call))) {
      this.stalled.push(call);
      await new Promise(() => undefined);
    }
    const refusal = this.refusals.map((answer) => answer(call)).find((reply) => reply !== null);
    if (refusal !== undefined) {
      this.calls.push({ ...call, status: refusal.status });
      return refusal;
    }
    const forward = () => send(this.#target, request);
    const supplement = this.#supplements[`${call.service}:${call.command}`];
    const reply = supplement === undefined ? await forward() : await supplement(call.input, forward);
    this.calls.push({ ...call, status: reply.status });
    return reply;
  }
}

function send(port: number, { method, url, headers, body }: WireRequest): Promise<WireReply> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path: url, headers: { ...headers, connection: 'close' } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const { connection: _, 'transfer-encoding': __, ...kept } = incoming.headers;
          const body = Buffer.concat(chunks);
          // HEAD answers tell a length without having a body.
          const replied = method === 'HEAD' ? kept : { ...kept, 'content-length': String(body.length) };
          resolve({
            status: incoming.statusCode ?? 502,
            headers: replied as Record<string, string | string[]>,
            body,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
