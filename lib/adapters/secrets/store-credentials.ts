import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { DrillError } from '../../domain/findings/errors.ts';
import { readSecretText } from './secret-text.ts';

/** Static keys of an S3-compatible store. */
interface StoreCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const storedKeys = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).exactOptional(),
});

const shapeHint =
  'Store a JSON object with the text members "accessKeyId" and "secretAccessKey" (and "sessionToken", if there is one).';

/**
 * Reads the keys of an S3-compatible store from Secrets Manager.
 *
 * @param secretId name or ARN; the only part of the secret that a message shows
 * @throws DrillError SECRET_UNREADABLE
 */
export async function readStoreCredentials(
  client: SecretsManagerClient,
  secretId: string,
): Promise<StoreCredentials> {
  const text = await readSecretText(client, secretId);
  if (text === null) throw misshapen(secretId, 'holds no text');
  const parsed = storedKeys.safeParse(parsedJson(text, secretId));
  if (parsed.success) return parsed.data;
  // Only names of ours: a wrong secret may hold anything, even as the name of a member.
  const wrong = Object.keys(storedKeys.shape).filter((name) =>
    parsed.error.issues.some((issue) => issue.path[0] === name),
  );
  throw misshapen(
    secretId,
    wrong.length === 0 ? 'is no JSON object' : `lacks a usable ${wrong.join(' and ')}`,
  );
}

/** The parser's own message quotes the text, so it is left out. */
function parsedJson(text: string, secretId: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw misshapen(secretId, 'is no JSON');
  }
}

const misshapen = (secretId: string, problem: string) =>
  new DrillError('SECRET_UNREADABLE', `the secret ${secretId} ${problem}`, { hint: shapeHint });
