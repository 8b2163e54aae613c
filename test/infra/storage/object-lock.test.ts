import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf } from '../support/template.ts';

const locked = synthesize(aConfig(`aws: { objectLock: { years: 7 } }\n${defaultConfig}`));
const unlocked = synthesize(aConfig(defaultConfig));

describe('evidence under Object Lock', () => {
  test('is kept for its years in compliance mode, in a bucket with versions', () => {
    locked.template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 7 * 365 } },
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  test('does not fill the bucket with pages of the site: an older version of one goes after a week', () => {
    const [bucket] = Object.values(locked.template.findResources('AWS::S3::Bucket'));
    const rules: object[] = bucket?.Properties.LifecycleConfiguration.Rules;

    expect(rules).toContainEqual({
      ...{ Id: 'renewed-pages', Prefix: 'site/', Status: 'Enabled' },
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    });
  });

  test('lies in the same bucket as before it was asked for: a deployed stack is changed in place', () => {
    const [[id] = []] = namedResourcesOf(locked.json, 'AWS::S3::Bucket');
    const [[before] = []] = namedResourcesOf(unlocked.json, 'AWS::S3::Bucket');
    expect(id).toBe(before);
  });

  test('is not locked where nobody asks for it', () => {
    expect(JSON.stringify(unlocked.json)).not.toContain('ObjectLock');
  });
});

test.each([
  ['no years', 'objectLock: {}', 'years'],
  ['more years than anybody may mean', 'objectLock: { years: 100 }', 'years'],
  [
    'a bucket of a former stack',
    'objectLock: { years: 1 }, kept: { ledgerTable: restore-drill-ledger, evidenceBucket: evidence-1 }',
    'keeps the rules that it has',
  ],
])('Object Lock with %s is refused', (_what, aws, named) => {
  const parsed = parseConfig(`aws: { ${aws} }\n${defaultConfig}`);
  expect('problems' in parsed && JSON.stringify(parsed.problems)).toContain(named);
});
