import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { sitePrefix } from '../../contract/names.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SiteStore } from '../../ports/site-store.ts';
import { awsErrorFacts, awsErrorText, isAccessDenied, isTransientAwsError } from '../aws/aws-errors.ts';

/** As many may meet as drills end at one moment; each round one of them gets on. */
const mostRounds = 12;

interface SiteOptions {
  client: S3Client;
  bucket: string;
  clock: Pick<Clock, 'now' | 'sleep'>;
  /** Whether the bucket locks whatever it is given for years. */
  locked: boolean;
}

/** A page is worth what the next one says: it is locked no longer than S3 asks of what names a time at all. */
const lockedSeconds = 2 * 86_400;

/**
 * The site below `site/` of the evidence bucket. A page is written on the condition that nobody wrote it since before it was
 * rendered (docs/facts.md#conditional-writes): of two drills that end at once, whoever comes second renders again and sees both.
 * In a bucket that locks evidence a page names a short time of its own, or each renewal would stay for years
 * (docs/facts.md#a-time-of-its-own-under-object-lock). Needs s3:GetObject and s3:PutObject below `site/`, there also s3:PutObjectRetention.
 */
export function createS3Site({ client, bucket, clock, locked }: SiteOptions): SiteStore {
  const retention = () =>
    locked
      ? ({
          ObjectLockMode: 'GOVERNANCE',
          ObjectLockRetainUntilDate: new Date(clock.now().getTime() + lockedSeconds * 1000),
        } as const)
      : {};
  const tagOf = async (key: string): Promise<string | null> => {
    try {
      const { ETag } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return ETag ?? null;
    } catch (error) {
      if (['NotFound', 'NoSuchKey'].includes(awsErrorFacts(error).name)) return null;
      throw error;
    }
  };
  return {
    async renew(path, render) {
      const key = `${sitePrefix}${path}`;
      try {
        for (let round = 0; round < mostRounds; round += 1) {
          const tag = await tagOf(key);
          const put = new PutObjectCommand({
            ...{ Bucket: bucket, Key: key, Body: await render(), ContentType: 'text/html; charset=utf-8' },
            ...retention(),
            ...(tag === null ? { IfNoneMatch: '*' } : { IfMatch: tag }),
          });
          try {
            await client.send(put);
            return;
          } catch (error) {
            if (!['PreconditionFailed', 'ConditionalRequestConflict'].includes(awsErrorFacts(error).name))
              throw error;
            await clock.sleep(0.1 * (round + 1) * Math.random());
          }
        }
      } catch (error) {
        throw unwritable(`s3://${bucket}/${key}`, error);
      }
      throw new DrillError('EVIDENCE_UNWRITABLE', `s3://${bucket}/${key} changed hands too often`, {
        hint: nextDrillRenews,
        fault: 'service',
        retryable: true,
      });
    },
  };
}

const nextDrillRenews =
  'The next drill that ends renews it; see whether the bucket and its key still exist and are enabled.';

function unwritable(what: string, error: unknown): DrillError {
  if (isDrillError(error)) return error;
  return new DrillError('EVIDENCE_UNWRITABLE', `cannot write ${what} (${awsErrorText(error)})`, {
    hint: isAccessDenied(error)
      ? 'Deploy the stack again: its role may write below site/ of this bucket and use its key; look for a policy of the organisation that denies it.'
      : nextDrillRenews,
    fault: 'service',
    retryable: isTransientAwsError(error),
    cause: error,
  });
}
