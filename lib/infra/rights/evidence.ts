import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { evidencePrefix, sitePrefix } from '../../contract/names.ts';
import { allow } from './statement.ts';

const objects = (bucket: IBucket): string => bucket.arnForObjects(`${evidencePrefix}*`);

/**
 * Reads and writes evidence. Listing is needed although nobody lists: without it S3 answers 403 instead of 404
 * (docs/facts.md#an-object-that-is-not-there). No deletion.
 */
export const readAndWriteEvidence = (bucket: IBucket, key: IKey | null): iam.PolicyStatement[] => [
  allow('Evidence', ['s3:GetObject', 's3:PutObject'], [objects(bucket)]),
  allow('EvidenceThatIsMissing', ['s3:ListBucket'], [bucket.bucketArn]),
  ...(key === null ? [] : [allow('EvidenceKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn])]),
];

/** Reads evidence, for who judges by it and leaves none. */
export const readEvidence = (bucket: IBucket, key: IKey | null): iam.PolicyStatement[] => [
  allow('ReadEvidence', ['s3:GetObject'], [objects(bucket)]),
  allow('EvidenceThatIsMissing', ['s3:ListBucket'], [bucket.bucketArn]),
  ...(key === null ? [] : [allow('ReadEvidenceKey', ['kms:Decrypt'], [key.keyArn])]),
];

/**
 * Renews the pages of all drills: a write on a condition reads, too (docs/facts.md#conditional-writes). No deletion. In a bucket
 * that locks evidence they are locked for a shorter time; nobody has that right where evidence lies.
 */
export const renewSite = (bucket: IBucket, locked: boolean): iam.PolicyStatement[] => [
  allow(
    'Site',
    ['s3:GetObject', 's3:PutObject', ...(locked ? ['s3:PutObjectRetention'] : [])],
    [bucket.arnForObjects(`${sitePrefix}*`)],
  ),
];

/** What may pass the gateway endpoint of the checks: the evidence, and nothing else of S3. */
export const evidenceEndpointStatements = (bucket: IBucket): iam.PolicyStatement[] =>
  readAndWriteOf(bucket).map((statement) => {
    statement.addAnyPrincipal();
    return statement;
  });

const readAndWriteOf = (bucket: IBucket): iam.PolicyStatement[] => [
  new iam.PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [objects(bucket)] }),
  new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
];
