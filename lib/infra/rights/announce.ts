import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { allow } from './statement.ts';

/** Publishes to the one topic; where it is encrypted, with our key. */
export const announce = (topic: Topic, key: IKey | null): iam.PolicyStatement[] => [
  allow('Announce', ['sns:Publish'], [topic.topicArn]),
  ...(key === null ? [] : [allow('AnnounceEncrypted', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn])]),
];
