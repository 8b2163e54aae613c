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
import { once, patient } from './clients-in-use.ts';

export const cloudWatchClient = (): CloudWatchClient =>
  once('cloudwatch', () => new CloudWatchClient(patient));
export const dynamoDbClient = (): DynamoDBClient => once('dynamodb', () => new DynamoDBClient(patient));
/** For the rehearsal of a real restore: whose VPC a security group is of. */
export const ec2Client = (): EC2Client => once('ec2', () => new EC2Client(patient));
export const eventBridgeClient = (): EventBridgeClient =>
  once('eventbridge', () => new EventBridgeClient(patient));
export const ecsClient = (): ECSClient => once('ecs', () => new ECSClient(patient));
/** For the rehearsal of a real restore: whether its key can be used. */
export const kmsClient = (): KMSClient => once('kms', () => new KMSClient(patient));
export const rdsClient = (): RDSClient => once('rds', () => new RDSClient(patient));
/** For the evidence bucket; dumps are read through clients of their own source. */
export const s3Client = (): S3Client => once('s3', () => new S3Client(patient));
export const secretsManagerClient = (): SecretsManagerClient =>
  once('secretsmanager', () => new SecretsManagerClient(patient));
/** One attempt in the time of a plan: a quota that cannot be read is passed over. */
export const serviceQuotasClient = (): ServiceQuotasClient =>
  once('servicequotas', () => new ServiceQuotasClient({ ...patient, maxAttempts: 2 }));
export const sfnClient = (): SFNClient => once('sfn', () => new SFNClient(patient));
export const snsClient = (): SNSClient => once('sns', () => new SNSClient(patient));
export const ssmClient = (): SSMClient => once('ssm', () => new SSMClient(patient));
