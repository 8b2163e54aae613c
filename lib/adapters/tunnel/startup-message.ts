/**
 * What a client of PostgreSQL says first, as far as it must be known who asks for a session.
 * Source: PostgreSQL documentation, Message Formats (StartupMessage, SSLRequest, GSSENCRequest, CancelRequest).
 */
export type FirstMessage =
  | { kind: 'incomplete' }
  /** Asks whether the connection shall be encrypted: `N` says no, and the next message follows. */
  | { kind: 'encryption request'; bytes: 8 }
  | { kind: 'cancel request' }
  /** `roles` are all that it names; the server takes the last. */
  | { kind: 'startup'; roles: string[] }
  | { kind: 'unknown' };

const encryptionRequests = new Set([80877103, 80877104]);
const cancelRequest = 80877102;
/** PostgreSQL takes no longer one. */
const longestBytes = 10_000;

/** Reads it from the bytes that have come so far. Pure. */
export function readFirstMessage(bytes: Buffer): FirstMessage {
  if (bytes.length < 8) return { kind: 'incomplete' };
  const length = bytes.readInt32BE(0);
  const code = bytes.readInt32BE(4);
  if (length < 8 || length > longestBytes) return { kind: 'unknown' };
  if (encryptionRequests.has(code))
    return length === 8 ? { kind: 'encryption request', bytes: 8 } : { kind: 'unknown' };
  if (bytes.length < length) return { kind: 'incomplete' };
  if (code === cancelRequest) return { kind: 'cancel request' };
  if (code >> 16 !== 3) return { kind: 'unknown' };
  const words = bytes.toString('utf8', 8, length).split('\0');
  const roles = words.filter((_, index) => index % 2 === 1 && words[index - 1] === 'user');
  return { kind: 'startup', roles };
}

/** What the server says to whom it lets in nowhere, as PostgreSQL would. */
export function refusal(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28000\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
