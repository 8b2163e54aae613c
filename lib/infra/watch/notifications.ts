import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept } from '../review/accepted-rules.ts';

/** The services that publish to the topic. */
const publishers = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];

/**
 * One topic, and one queue for what could not be started; a key of the customer where `aws.customerKey` asks for it.
 * A topic under the AWS-managed key cannot receive alarms, and nothing would fail visibly
 * (docs/facts.md#encrypted-topics): so it is under a key of ours or under none. The key, one USD a month, also encrypts
 * the evidence.
 */
export class Notifications extends Construct {
  /** Null: S3 and SNS encrypt with keys of their own, or not at all. */
  readonly key: kms.Key | null;
  readonly topic: sns.Topic;
  readonly deadLetters: sqs.Queue;

  constructor(
    scope: Construct,
    id: string,
    props: { stackName: string; deadLetters: string; email: string | null; customerKey: boolean },
  ) {
    super(scope, id);
    this.key = props.customerKey ? this.#makeKey(props.stackName) : null;
    this.topic = new sns.Topic(this, 'Topic', {
      displayName: 'restore-drill',
      topicName: props.stackName,
      ...(this.key === null ? {} : { masterKey: this.key }),
      enforceSSL: true,
    });
    // A policy of our own replaces the default one, which would have let CloudWatch in.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsAndEvents',
        principals: publishers.map((service) => new iam.ServicePrincipal(service)),
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

  #makeKey(stackName: string): kms.Key {
    const key = new kms.Key(this, 'Key', {
      alias: `alias/${stackName}`,
      description: 'restore-drill: evidence and notifications',
      // Each of the first two rotations adds one USD a month; seven years is the longest period there is.
      enableKeyRotation: true,
      rotationPeriod: Duration.days(2560),
      pendingWindow: Duration.days(30),
      // Without its key the evidence that outlives the stack could not be read.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'PublishToEncryptedTopic',
        principals: publishers.map((service) => new iam.ServicePrincipal(service)),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        // No aws:SourceAccount here: EventBridge does not send it, and its messages would vanish.
        resources: ['*'],
      }),
    );
    return key;
  }
}
