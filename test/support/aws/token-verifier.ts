import { createServer, type Server, type Socket } from 'node:net';

/**
 * Stands in for the side of RDS that verifies IAM tokens: PostgreSQL hands it the password of every role that must give
 * a token, by an LDAP simple bind. The wire format is that of RFC 4511, section 4.2, as far as libldap's bind needs it.
 */
export interface TokenVerifier {
  port: number;
  /** Tokens that were accepted so far. */
  accepted: string[];
  stop(): Promise<void>;
}

/** What an IAM token must look like; its signature cannot be checked without AWS. */
export interface ExpectedToken {
  /** `host:port` that the token was signed for. */
  endpoint: string;
  role: string;
}

const success = 0;
const invalidCredentials = 49;

export async function startTokenVerifier(expected: () => ExpectedToken): Promise<TokenVerifier> {
  const accepted: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const bind = simpleBind(received);
      if (bind === null) return;
      received = Buffer.alloc(0);
      const fits = isToken(bind.password, expected());
      if (fits) accepted.push(bind.password);
      socket.write(bindResponse(bind.messageId, fits ? success : invalidCredentials));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the token verifier has no port');
  return {
    port: address.port,
    accepted,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isToken(password: string, { endpoint, role }: ExpectedToken): boolean {
  if (!password.startsWith(`${endpoint}/?`)) return false;
  const query = new URL(`https://${password}`).searchParams;
  return (
    query.get('Action') === 'connect' &&
    query.get('DBUser') === role &&
    query.get('X-Amz-Expires') === '900' &&
    /^[0-9a-f]{64}$/.test(query.get('X-Amz-Signature') ?? '')
  );
}

interface Element {
  tag: number;
  content: Buffer;
  rest: Buffer;
}

/** One BER element; null while it is not complete. */
function element(bytes: Buffer): Element | null {
  if (bytes.length < 2) return null;
  const first = bytes[1]!;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (bytes.length < 2 + lengthBytes) return null;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  const start = 2 + lengthBytes;
  if (bytes.length < start + length) return null;
  return {
    tag: bytes[0]!,
    content: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}

/** LDAPMessage with a BindRequest [APPLICATION 0]; null for anything else, such as the unbind that follows. */
function simpleBind(bytes: Buffer): { messageId: Buffer; password: string } | null {
  const message = element(bytes);
  if (message === null) return null;
  const messageId = element(message.content)!;
  const operation = element(messageId.rest)!;
  if (operation.tag !== 0x60) return null;
  const version = element(operation.content)!;
  const name = element(version.rest)!;
  const simple = element(name.rest)!;
  return { messageId: messageId.content, password: simple.content.toString('utf8') };
}

function bindResponse(messageId: Buffer, resultCode: number): Buffer {
  const body = Buffer.from([0x0a, 1, resultCode, 0x04, 0, 0x04, 0]);
  const operation = Buffer.concat([Buffer.from([0x61, body.length]), body]);
  const id = Buffer.concat([Buffer.from([0x02, messageId.length]), messageId]);
  return Buffer.concat([Buffer.from([0x30, id.length + operation.length]), id, operation]);
}
