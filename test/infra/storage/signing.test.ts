import { describe, expect, test } from 'vitest';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf } from '../support/template.ts';

const signed = synthesize(aConfig(`aws: { signing: true }\n${defaultConfig}`));
const unsigned = synthesize(aConfig(defaultConfig));

interface FunctionShape {
  FunctionName: string;
  Environment: { Variables: Record<string, unknown> };
}

describe('a stack that signs', () => {
  test('makes one key, for signatures on P-256, that outlives it', () => {
    signed.template.resourceCountIs('AWS::KMS::Key', 1);
    signed.template.hasResource('AWS::KMS::Key', {
      Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    expect(signed.json.Outputs.SigningKey).toBeDefined();
  });

  test('tells its key to what seals records, and to nothing else', () => {
    const told = namedResourcesOf<FunctionShape>(signed.json, 'AWS::Lambda::Function')
      .filter(([, { Environment }]) => 'SIGNING_KEY' in (Environment?.Variables ?? {}))
      .map(([, { FunctionName }]) => FunctionName);
    expect(told.sort()).toEqual([
      'restore-drill-clean-up-after-abort',
      'restore-drill-normalise-request',
      'restore-drill-seal-record',
    ]);
  });
});

test('a stack that signs nothing has no key, and pays for none', () => {
  unsigned.template.resourceCountIs('AWS::KMS::Key', 0);
  expect(unsigned.json.Outputs.SigningKey).toBeUndefined();
});
