import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DrillConfig } from '../../domain/config/index.ts';
import { allow } from './statement.ts';

/** Imports findings of this account as a product of its own, and of nobody else's. */
export const importFindings = (stack: Stack, { aws }: DrillConfig): iam.PolicyStatement[] =>
  aws?.securityHub === true
    ? [
        allow(
          'ImportFindings',
          ['securityhub:BatchImportFindings'],
          [
            stack.formatArn({
              service: 'securityhub',
              resource: 'product',
              resourceName: `${stack.account}/default`,
            }),
          ],
        ),
      ]
    : [];

/** Tells what came of a restore job; AWS Backup knows no resource for it. */
export const putValidationResult = ({ aws }: DrillConfig): iam.PolicyStatement[] =>
  aws?.backupValidation === true
    ? [allow('TellAwsBackup', ['backup:PutRestoreValidationResult'], ['*'])]
    : [];
