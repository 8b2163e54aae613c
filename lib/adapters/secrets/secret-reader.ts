import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { DrillError } from '../../domain/findings/errors.ts';
import type { SecretReader } from '../../ports/secret-reader.ts';
import {
  awsErrorFacts,
  awsErrorKind,
  awsErrorText,
  isAccessDenied,
  isTransientAwsError,
} from '../aws/aws-errors.ts';

/**
 * Reads SecureStrings of SSM Parameter Store at the moment of use. Nothing is kept: a rotated secret counts at once.
 *
 * `parameter` throws DrillError SECRET_UNREADABLE.
 */
export function createSecretReader({ client }: { client: SSMClient }): SecretReader {
  return {
    async parameter(name) {
      const value = await client
        .send(new GetParameterCommand({ Name: name, WithDecryption: true }))
        .then(({ Parameter }) => Parameter?.Value)
        .catch((error: unknown) => {
          throw unreadableParameter(name, error);
        });
      if (value !== undefined && value !== '') return value;
      throw new DrillError('SECRET_UNREADABLE', `the SSM parameter ${name} is empty`, {
        hint: `Store a value under ${name} (aws ssm put-parameter --type SecureString).`,
      });
    },
  };
}

function unreadableParameter(name: string, error: unknown): DrillError {
  const what = `the SSM parameter ${name} cannot be read (${awsErrorText(error)})`;
  if (awsErrorKind(error) === 'not found') {
    return new DrillError('SECRET_UNREADABLE', `there is no SSM parameter ${name} in this region`, {
      hint: 'Check its name in drills.yaml; parameters are regional and their names tell capitals apart.',
    });
  }
  if (isAccessDenied(error) || awsErrorFacts(error).name === 'InvalidKeyId') {
    return new DrillError('SECRET_UNREADABLE', what, {
      hint: 'Deploy again, so that the stack grants ssm:GetParameter on it; a customer key needs kms:Decrypt in its key policy too.',
    });
  }
  return new DrillError('SECRET_UNREADABLE', what, {
    hint: 'Try again; if it stays, read the parameter with `aws ssm get-parameter` under the same role.',
    fault: 'service',
    retryable: isTransientAwsError(error),
  });
}
