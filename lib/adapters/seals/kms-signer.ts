import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Signer } from '../../ports/signer.ts';
import { awsErrorText, isTransientAwsError } from '../aws/aws-errors.ts';
import { keyIdOf } from './key-id.ts';
import { sha256Bytes } from './record-digest.ts';

/** The public half of a KMS key. @throws the SDK's error */
export async function publicKeyOf(
  client: KMSClient,
  keyArn: string,
): Promise<{ keyId: string; pem: string }> {
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  return { keyId: keyIdOf(key), pem: key.export({ format: 'pem', type: 'spki' }) as string };
}

/**
 * Signs with the stack's KMS key (ECC_NIST_P256). The digest is sent and not the message: KMS takes 4,096 bytes of one.
 *
 * @throws DrillError SEAL_UNSIGNED
 */
export async function openKmsSigner(client: KMSClient, keyArn: string): Promise<Signer> {
  const refused = (error: unknown): never => {
    throw new DrillError('SEAL_UNSIGNED', `the key ${keyArn} cannot be used (${awsErrorText(error)})`, {
      fault: 'service',
      retryable: isTransientAwsError(error),
      cause: error,
    });
  };
  const { keyId } = await publicKeyOf(client, keyArn).catch(refused);
  return {
    keyId,
    async sign(message) {
      const command = new SignCommand({
        KeyId: keyArn,
        Message: sha256Bytes(message),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      const { Signature } = await client.send(command).catch(refused);
      return Signature ?? refused(new Error('KMS gave no signature'));
    },
  };
}
