/**
 * One client per service and process, made when it is first asked for. Nothing here runs at import: a Lambda's bundle
 * holds the clients that its ports name and no other.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';

/**
 * Standard retries with backoff and jitter, 5 attempts: about 10 s of a throttling service, well inside the shortest
 * time limit of a state (60 s). The endpoint comes from AWS_ENDPOINT_URL where one is set.
 */
const common = {
  maxAttempts: 5,
  // The SDK's default is to wait for ever, and a heartbeat that waits for ever ends its drill. A repeated request does
  // no harm: creation adopts its own, tokens and transactions are used once.
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

const made = new Map<string, unknown>();

function once<Client>(service: string, make: () => Client): Client {
  const known = made.get(service) as Client | undefined;
  if (known !== undefined) return known;
  // The SDK warns of Node versions in the middle of structured logs; the runtime of a Lambda is the stack's decision.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = make();
  made.set(service, client);
  return client;
}

/** Every client made so far, e.g. to trace their calls. */
export const clientsInUse = (): unknown[] => [...made.values()];

export const cloudWatchClient = (): CloudWatchClient =>
  once('cloudwatch', () => new CloudWatchClient(common));
export const dynamoDbClient = (): DynamoDBClient => once('dynamodb', () => new DynamoDBClient(common));
/** For the rehearsal of a real restore: whose VPC a security group is of. */
export const ec2Client = (): EC2Client => once('ec2', () => new EC2Client(common));
export const eventBridgeClient = (): EventBridgeClient =>
  once('eventbridge', () => new EventBridgeClient(common));
export const ecsClient = (): ECSClient => once('ecs', () => new ECSClient(common));
/** For the rehearsal of a real restore: whether its key can be used. */
export const kmsClient = (): KMSClient => once('kms', () => new KMSClient(common));
export const rdsClient = (): RDSClient => once('rds', () => new RDSClient(common));
/** For the evidence bucket; dumps are read through clients of their own source. */
export const s3Client = (): S3Client => once('s3', () => new S3Client(common));
export const secretsManagerClient = (): SecretsManagerClient =>
  once('secretsmanager', () => new SecretsManagerClient(common));
/** One attempt in the time of a plan: a quota that cannot be read is passed over. */
export const serviceQuotasClient = (): ServiceQuotasClient =>
  once('servicequotas', () => new ServiceQuotasClient({ ...common, maxAttempts: 2 }));
export const sfnClient = (): SFNClient => once('sfn', () => new SFNClient(common));
export const snsClient = (): SNSClient => once('sns', () => new SNSClient(common));
export const ssmClient = (): SSMClient => once('ssm', () => new SSMClient(common));
