import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { AccountOptions } from './account-options.ts';
import { type FailedCalls, namingTheCall } from './failed-call.ts';

/**
 * Clients of the operator's account, each loaded when it is first asked for: loading all of them takes longer than
 * most commands.
 */
export interface AccountClients {
  /** What failed so far. */
  readonly failed: FailedCalls;
  cloudFormation(): Promise<CloudFormationClient>;
  cloudWatch(): Promise<CloudWatchClient>;
  dynamoDb(): Promise<DynamoDBClient>;
  ec2(): Promise<EC2Client>;
  ecs(): Promise<ECSClient>;
  kms(): Promise<KMSClient>;
  lambda(): Promise<LambdaClient>;
  rds(): Promise<RDSClient>;
  s3(): Promise<S3Client>;
  secretsManager(): Promise<SecretsManagerClient>;
  serviceQuotas(): Promise<ServiceQuotasClient>;
  sns(): Promise<SNSClient>;
  ssm(): Promise<SSMClient>;
  states(): Promise<SFNClient>;
  sts(): Promise<STSClient>;
}

/** Attempts of one call, with the SDK's own growing pauses: a throttled account is waited for up to about a minute. */
const maxAttempts = 6;

/**
 * Clients as the SDK's environment says: credentials, region and endpoint from variables, profiles, SSO or the
 * instance. `--region` and `--profile` are put into that environment, so that whatever asks it hears the same.
 */
export function environmentClients(options: AccountOptions, env: NodeJS.ProcessEnv): AccountClients {
  if (options.region !== undefined) env.AWS_REGION = options.region;
  if (options.profile !== undefined) {
    env.AWS_PROFILE = options.profile;
    // Keys in the environment would win over the profile that was asked for.
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete env[name];
  }
  // The SDK's advice on Node versions would stand in the middle of the progress.
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const settings = { maxAttempts };
  const failed: FailedCalls = [];
  return {
    failed,
    cloudFormation: once(async () => {
      const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
      return namingTheCall(new CloudFormationClient(settings), failed);
    }),
    cloudWatch: once(async () => {
      const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
      return namingTheCall(new CloudWatchClient(settings), failed);
    }),
    dynamoDb: once(async () => {
      const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
      return namingTheCall(new DynamoDBClient(settings), failed);
    }),
    ec2: once(async () => {
      const { EC2Client } = await import('@aws-sdk/client-ec2');
      return namingTheCall(new EC2Client(settings), failed);
    }),
    ecs: once(async () => {
      const { ECSClient } = await import('@aws-sdk/client-ecs');
      return namingTheCall(new ECSClient(settings), failed);
    }),
    kms: once(async () => {
      const { KMSClient } = await import('@aws-sdk/client-kms');
      return namingTheCall(new KMSClient(settings), failed);
    }),
    lambda: once(async () => {
      const { LambdaClient } = await import('@aws-sdk/client-lambda');
      return namingTheCall(new LambdaClient(settings), failed);
    }),
    rds: once(async () => {
      const { RDSClient } = await import('@aws-sdk/client-rds');
      return namingTheCall(new RDSClient(settings), failed);
    }),
    s3: once(async () => {
      const { S3Client } = await import('@aws-sdk/client-s3');
      return namingTheCall(new S3Client(settings), failed);
    }),
    secretsManager: once(async () => {
      const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
      return namingTheCall(new SecretsManagerClient(settings), failed);
    }),
    serviceQuotas: once(async () => {
      const { ServiceQuotasClient } = await import('@aws-sdk/client-service-quotas');
      return namingTheCall(new ServiceQuotasClient(settings), failed);
    }),
    sns: once(async () => {
      const { SNSClient } = await import('@aws-sdk/client-sns');
      return namingTheCall(new SNSClient(settings), failed);
    }),
    ssm: once(async () => {
      const { SSMClient } = await import('@aws-sdk/client-ssm');
      return namingTheCall(new SSMClient(settings), failed);
    }),
    states: once(async () => {
      const { SFNClient } = await import('@aws-sdk/client-sfn');
      return namingTheCall(new SFNClient(settings), failed);
    }),
    sts: once(async () => {
      const { STSClient } = await import('@aws-sdk/client-sts');
      return namingTheCall(new STSClient(settings), failed);
    }),
  };
}

function once<Client>(make: () => Promise<Client>): () => Promise<Client> {
  let made: Promise<Client> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
