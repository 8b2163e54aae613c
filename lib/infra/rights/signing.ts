import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { allow } from './statement.ts';

/** Signs seals, and reads the public half that names the key. @param key null: nothing is signed */
export const signSeals = (key: IKey | null): iam.PolicyStatement[] =>
  key === null ? [] : [allow('SignSeals', ['kms:Sign', 'kms:GetPublicKey'], [key.keyArn])];
