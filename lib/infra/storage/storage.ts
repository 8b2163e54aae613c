import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { evidencePrefix, sitePrefix } from '../../contract/names.ts';
import type { AwsConfig } from '../../domain/config/index.ts';
import { accept } from '../review/accepted-rules.ts';

interface StorageProps {
  key: IKey | null;
  /** What a former stack left and this one goes on with; null: it makes its own. */
  kept: AwsConfig['kept'];
  /** For how many years nobody can delete evidence; null: it is not locked. */
  lockedYears: number | null;
}

/**
 * What a drill leaves behind: the ledger and the evidence. Both outlive the stack, because an auditor may ask for them
 * after the stack is gone.
 */
export class Storage extends Construct {
  /** Keys and attributes: lib/adapters/ledgers/dynamodb. */
  readonly ledger: dynamodb.ITable;
  /** Evidence, records and reports below `drills/<drill id>/`. */
  readonly evidence: s3.IBucket;

  constructor(scope: Construct, id: string, { key, kept, lockedYears }: StorageProps) {
    super(scope, id);
    this.ledger =
      kept === null ? this.#ownLedger() : dynamodb.Table.fromTableName(this, 'Ledger', kept.ledgerTable);
    this.evidence =
      kept === null ? this.#ownEvidence(key, lockedYears) : this.#keptEvidence(kept.evidenceBucket);
  }

  #ownLedger(): dynamodb.ITable {
    const ledger = new dynamodb.Table(this, 'Ledger', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Approvals hold a token that keeps or destroys a restored database: they go as soon as they are void.
      timeToLiveAttribute: 'expiresAtEpoch',
      deletionProtection: true,
      // Not RetainExceptOnCreate: a first deployment that fails could not delete what is protected, and its roll-back would
      // fail as well (docs/facts.md#what-a-roll-back-deletes). An empty table costs nothing.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    return ledger as dynamodb.ITable;
  }

  #ownEvidence(key: IKey | null, lockedYears: number | null): s3.IBucket {
    const evidence = new s3.Bucket(this, 'Evidence', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      ...(key === null
        ? { encryption: s3.BucketEncryption.S3_MANAGED }
        : // One call to KMS per bucket and day instead of one per object.
          { encryption: s3.BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      enforceSSL: true,
      minimumTLSVersion,
      versioned: true,
      // Compliance and not governance: whom it is to hold off is who has every right in the account. A bucket that is there
      // gets it in place (docs/facts.md#object-lock-on-a-bucket-that-is-there).
      ...(lockedYears === null
        ? {}
        : {
            objectLockEnabled: true,
            objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(365 * lockedYears)),
          }),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        // A record is written once; noncurrent versions exist when a drill was sealed twice or somebody meddled.
        { id: 'noncurrent', noncurrentVersionExpiration: Duration.days(400) },
        // Pages are renewed at each end of a drill: what they said before stands in the records.
        { id: 'renewed-pages', prefix: sitePrefix, noncurrentVersionExpiration: Duration.days(7) },
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
      evidence,
      'AwsSolutions-S1',
      'Access is recorded by CloudTrail where the account wants it; a log bucket would outweigh the evidence.',
    );
    return evidence as s3.IBucket;
  }

  /** A kept bucket has its encryption and rules still; its policy went with the stack that made it. */
  #keptEvidence(name: string): s3.IBucket {
    const evidence = s3.Bucket.fromBucketName(this, 'Evidence', name);
    // The same place as in a stack that made its bucket, so that one which begins to name it here keeps the policy.
    const { document } = new s3.BucketPolicy(evidence, 'Policy', { bucket: evidence });
    const refuse = (conditions: Record<string, Record<string, string | number>>) =>
      document.addStatements(
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['s3:*'],
          resources: [evidence.bucketArn, evidence.arnForObjects('*')],
          conditions,
        }),
      );
    refuse({ Bool: { 'aws:SecureTransport': 'false' } });
    refuse({ NumericLessThan: { 's3:TlsVersion': minimumTLSVersion } });
    return evidence;
  }
}

const minimumTLSVersion = 1.2;
