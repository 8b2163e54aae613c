import { RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * The key that seals are signed with. It outlives the stack: what it signed is verified by its public half, which KMS gives
 * away as long as the key is there. Asymmetric keys are not rotated by KMS.
 */
export class SigningKey extends Construct {
  readonly key: kms.IKey;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', {
      description: 'restore-drill: signs the seals of records',
      keySpec: kms.KeySpec.ECC_NIST_P256,
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }
}
