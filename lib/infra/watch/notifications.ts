import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from '../review/accepted-rules.ts';
import { serviceOfThisAccount } from '../rights/services.ts';

/** The services that publish to the topic; functions do it by the rights of their roles. */
const alarms = 'cloudwatch.amazonaws.com';
const rules = 'events.amazonaws.com';
const encrypting = ['kms:Decrypt', 'kms:GenerateDataKey*'];

interface NotificationsProps {
  stackName: string;
  /** Name of the queue. */
  deadLetters: string;
  email: string | null;
  /** Whether evidence and topic are under a key of the customer. */
  customerKey: boolean;
  /** Such a key that a former stack left; null: none. */
  keptKeyArn: string | null;
}

/**
 * One topic, and one queue for what could not be started; a key of the customer where `aws.customerKey` asks for it.
 * A topic under the AWS-managed key cannot receive alarms, and nothing would fail visibly
 * (docs/facts.md#encrypted-topics): so it is under a key of ours or under none. The key, one USD a month, also encrypts
 * the evidence.
 */
export class Notifications extends Construct {
  /** Null: S3 and SNS encrypt with keys of their own, or not at all. */
  readonly key: kms.IKey | null;
  readonly topic: sns.Topic;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const alias = `alias/${props.stackName}`;
    if (props.keptKeyArn !== null) this.key = this.#keptKey(alias, props.keptKeyArn);
    else this.key = props.customerKey ? this.#ownKey(alias) : null;
    this.topic = new sns.Topic(this, 'Topic', {
      displayName: 'restore-drill',
      topicName: props.stackName,
      ...(this.key === null ? {} : { masterKey: this.key }),
      enforceSSL: true,
    });
    // A policy of our own replaces the default one, which would have let CloudWatch in.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alarms',
        principals: [serviceOfThisAccount(this, alarms)],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    if (props.email !== null) this.topic.addSubscription(new subscriptions.EmailSubscription(props.email));
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      queueName: props.deadLetters,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    accept(this.deadLetters, 'AwsSolutions-SQS3', 'This is the dead-letter queue.');
  }

  #ownKey(alias: string): kms.IKey {
    const key = new kms.Key(this, 'Key', {
      alias,
      description: 'restore-drill: evidence and notifications',
      // Each of the first two rotations adds one USD a month; seven years is the longest period there is.
      enableKeyRotation: true,
      rotationPeriod: Duration.days(2560),
      pendingWindow: Duration.days(30),
      // Without its key the evidence that outlives the stack could not be read.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'PublishToEncryptedTopic',
        principals: [serviceOfThisAccount(this, alarms)],
        actions: encrypting,
        resources: ['*'],
      }),
    );
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'PublishEventsToEncryptedTopic',
        // CloudWatch says for whom it acts, EventBridge does not: with the condition its messages would vanish
        // (docs/facts.md#encrypted-topics).
        principals: [new iam.ServicePrincipal(rules)],
        actions: encrypting,
        resources: ['*'],
      }),
    );
    return key;
  }

  /** Its policy outlived the stack that made it; only its alias went. */
  #keptKey(alias: string, arn: string): kms.IKey {
    const key = kms.Key.fromKeyArn(this, 'Key', arn);
    new kms.Alias(key, 'Alias', { aliasName: alias, targetKey: key });
    return key;
  }
}
