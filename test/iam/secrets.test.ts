import { describe, expect, test } from 'vitest';
import { aConfig } from '../infra/support/configs.ts';
import { synthesize } from '../infra/support/synth.ts';
import { evaluate } from './support/evaluate.ts';
import { account, region, type Template } from './support/resolve-template.ts';
import { rolesOf } from './support/role-policies.ts';

const template = synthesize(
  aConfig(`
databases:
  shop:
    source:
      bucket: dumps
      endpointUrl: https://store.example
      credentialsSecret: store/keys
      decrypt: { passphraseSecret: dumps/passphrase }
`),
).json as unknown as Template;
const roles = rolesOf(template);
const roleOf = (description: string) =>
  roles.find(({ logicalId }) => template.Resources[logicalId]?.Properties?.Description === description)!;

const decrypt = (secret: string, service = 'secretsmanager') => ({
  action: 'kms:Decrypt',
  resource: `arn:aws:kms:${region}:${account}:key/of-the-user`,
  context: {
    'kms:ViaService': `${service}.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': `arn:aws:secretsmanager:${region}:${account}:secret:${secret}-AbCdEf`,
  },
});

describe('a secret of drills.yaml under a key of the user', () => {
  const readers = ['lambdas/select-dump.ts', 'lambdas/watch.ts', 'containers/restore'];

  test.each(readers)('can be read by %s, and no other secret under that key', async (reader) => {
    const role = roleOf(reader);
    expect((await evaluate(role, decrypt('store/keys'))).allowed).toBe(true);
    expect((await evaluate(role, decrypt('payroll/keys'))).allowed).toBe(false);
    expect((await evaluate(role, decrypt('store/keys', 'ssm'))).allowed).toBe(false);
  });

  test('can be read by none whose work it is not', async () => {
    expect((await evaluate(roleOf('lambdas/promote.ts'), decrypt('store/keys'))).allowed).toBe(false);
    expect((await evaluate(roleOf('lambdas/watch.ts'), decrypt('dumps/passphrase'))).allowed).toBe(false);
    expect((await evaluate(roleOf('containers/restore'), decrypt('dumps/passphrase'))).allowed).toBe(true);
  });
});
