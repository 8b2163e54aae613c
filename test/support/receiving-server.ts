import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './aws/certificates.ts';

/** One request as it came. */
export interface Received {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How the server answers; it takes everything when it is left alone. */
type Answer = (response: ServerResponse, received: Received, count: number) => void;

export interface ReceivingServer {
  /** `http://127.0.0.1:PORT`, or with TLS `https://localhost:PORT`. */
  origin: string;
  received: Received[];
  /** Certificate of the authority that vouches for it, for NODE_EXTRA_CA_CERTS; null without TLS. */
  authority: string | null;
  answer: Answer;
  stop(): Promise<void>;
}

const taken: Answer = (response) => response.end('ok');

/** Whoever is told of drills, on this machine: keeps every request, and answers as a test wants it. */
export async function startReceivingServer(options: { tls?: boolean } = {}): Promise<ReceivingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rd-receiver-'));
  const certificates = options.tls === true ? makeCertificates(folder) : null;
  const server =
    certificates === null
      ? createServer()
      : createTlsServer({
          cert: readFileSync(certificates.certificateFile),
          key: readFileSync(certificates.keyFile),
        });
  const self: ReceivingServer = {
    origin: '',
    received: [],
    authority: certificates?.caFile ?? null,
    answer: taken,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  server.on('request', (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const received = { method, path, headers, body };
      self.received.push(received);
      self.answer(response, received, self.received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  self.origin = certificates === null ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return self;
}
