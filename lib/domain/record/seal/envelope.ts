import * as z from 'zod';

/** File of the seal beside the reports. */
export const sealFile = 'seal.dsse.json';

export const statementType = 'application/vnd.in-toto+json';

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** A DSSE envelope, version 1.0 (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md). */
export const dsseEnvelope = z.object({
  payloadType: z.literal(statementType),
  payload: base64,
  signatures: z.array(z.object({ keyid: z.string().default(''), sig: base64 })).min(1),
});

export type DsseEnvelope = z.output<typeof dsseEnvelope>;

/** The bytes that are signed: DSSE's pre-authentication encoding of a payload and its type. */
export function signedBytes(payload: Uint8Array, payloadType: string = statementType): Uint8Array {
  const encoder = new TextEncoder();
  const type = encoder.encode(payloadType);
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** The envelope as its file. */
export const renderEnvelope = (
  payload: Uint8Array,
  { keyId, signature }: { keyId: string; signature: Uint8Array },
): string => {
  const envelope: DsseEnvelope = {
    payloadType: statementType,
    payload: inBase64(payload),
    signatures: [{ keyid: keyId, sig: inBase64(signature) }],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
};

const inBase64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
