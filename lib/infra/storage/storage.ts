import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { evidencePrefix } from '../../contract/names.ts';
import { accept } from '../review/accepted-rules.ts';

/**
 * What a drill leaves behind: the ledger and the evidence. Both outlive the stack, because an auditor may ask for them
 * after the stack is gone.
 */
export class Storage extends Construct {
  /** Keys and attributes: lib/adapters/ledgers/dynamodb. */
  readonly ledger: dynamodb.Table;
  /** Evidence, records and reports below `drills/<drill id>/`. */
  readonly evidence: s3.Bucket;

  constructor(scope: Construct, id: string, props: { key: Key | null }) {
    super(scope, id);
    this.ledger = new dynamodb.Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Approvals hold a token that keeps or destroys a restored database: they go as soon as they are void.
      timeToLiveAttribute: 'expiresAtEpoch',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.evidence = new s3.Bucket(this, 'Evidence', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(props.key === null
        ? { encryption: s3.BucketEncryption.S3_MANAGED }
        : // One call to KMS per bucket and day instead of one per object.
          { encryption: s3.BucketEncryption.KMS, encryptionKey: props.key, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // A record is written once; noncurrent versions exist when a drill was sealed twice or somebody meddled.
        { id: 'noncurrent', noncurrentVersionExpiration: Duration.days(400) },
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        // Audits look back a year; afterwards records stay, in cheaper storage.
        {
          id: 'old-evidence',
          prefix: evidencePrefix,
          transitions: [
            { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) },
          ],
        },
      ],
    });
    accept(
      this.evidence,
      'AwsSolutions-S1',
      'Access is recorded by CloudTrail where the account wants it; a log bucket would outweigh the evidence.',
    );
  }
}
