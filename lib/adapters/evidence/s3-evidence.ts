import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type EvidenceEntry, readEvidence } from '../../contract/evidence-entry.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { visibleJson } from '../../domain/text/visible-text.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { awsErrorFacts, awsErrorText, isAccessDenied, isTransientAwsError } from '../aws/aws-errors.ts';
import { evidenceKey } from './evidence-keys.ts';

const contentTypes: Record<string, string> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  xml: 'application/xml',
  txt: 'text/plain; charset=utf-8',
};

/**
 * Keeps the evidence of each drill under `drills/<drillId>/` of the private bucket, which encrypts by itself with the
 * stack's key and keeps every version. Needs s3:PutObject and s3:GetObject below `drills/`, s3:ListBucket on the bucket
 * (docs/facts.md#an-object-that-is-not-there) and the bucket's key.
 */
export function createS3EvidenceStore(options: { client: S3Client; bucket: string }): EvidenceStore {
  const { client, bucket } = options;

  async function put(drillId: string, file: string, text: string): Promise<void> {
    const key = evidenceKey(drillId, file);
    try {
      const type = contentTypes[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: type }));
    } catch (error) {
      throw unwritable(`s3://${bucket}/${key}`, error);
    }
  }

  async function textOf(drillId: string, file: string): Promise<{ what: string; text: string | null }> {
    const key = evidenceKey(drillId, file);
    const what = `s3://${bucket}/${key}`;
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { what, text: (await Body?.transformToString('utf8')) ?? '' };
    } catch (error) {
      if (awsErrorFacts(error).name === 'NoSuchKey') return { what, text: null };
      throw unreadable(what, error);
    }
  }

  async function find<Document>(entry: EvidenceEntry<Document>, drillId: string): Promise<Document | null> {
    const { what, text } = await textOf(drillId, entry.file);
    return text === null ? null : readEvidence(entry, text, what);
  }

  return {
    write: (entry, drillId, document) => put(drillId, entry.file, `${visibleJson(entry.format(document))}\n`),
    writeReport: (file, drillId, text) => put(drillId, file, text),
    findReport: async (file, drillId) => (await textOf(drillId, file)).text,
    find,
    async read(entry, drillId) {
      const document = await find(entry, drillId);
      if (document !== null) return document;
      throw new DrillError(
        'INTERNAL_ERROR',
        `there is no s3://${bucket}/${evidenceKey(drillId, entry.file)}`,
        {
          hint: 'A step asked for what an earlier step should have written; please report it with the record.',
          fault: 'us',
        },
      );
    },
  };
}

function unwritable(what: string, error: unknown): DrillError {
  return new DrillError('EVIDENCE_UNWRITABLE', `cannot write ${what} (${awsErrorText(error)})`, {
    hint: isAccessDenied(error)
      ? 'Deploy the stack again: its role may write below drills/ of this bucket and use its key; look for a policy of the organisation that denies it.'
      : 'Try again; see whether the bucket and its key still exist and are enabled.',
    fault: 'service',
    retryable: isTransientAwsError(error),
    cause: error,
  });
}

/**
 * A 403 is never read as "not there": with s3:ListBucket granted it means that a right or the key is missing, and a
 * check result that counts as absent would hide that.
 */
function unreadable(what: string, error: unknown): DrillError {
  return new DrillError('INTERNAL_ERROR', `cannot read ${what} (${awsErrorText(error)})`, {
    hint: isAccessDenied(error)
      ? 'Deploy the stack again: its role may read below drills/, list the bucket and use its key. Without s3:ListBucket, S3 also answers so when the object does not exist.'
      : 'Start the drill again; see whether the bucket and its key still exist and are enabled.',
    fault: 'service',
    retryable: isTransientAwsError(error),
    cause: error,
  });
}
