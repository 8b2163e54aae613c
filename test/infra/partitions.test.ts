import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { consoleOrigin } from '../../lib/contract/console-hosts.ts';
import { exampleConfig } from './support/configs.ts';
import { synthesize } from './support/synth.ts';

/** Services are named alike in every partition; everything else has the suffix of its partition. */
const serviceName = /^(role\/aws-service-role\/)?[a-z-]+\.amazonaws\.com$/;
const { json } = synthesize(exampleConfig());

/** Every text of a template, but not the mappings, which are by partition. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}

describe('China and GovCloud', () => {
  const { Mappings: _byPartition, ...rest } = json as unknown as Record<string, unknown>;
  const texts = textsOf(rest);

  test('have hosts and ARNs of their own: the template writes none by hand', () => {
    expect(texts.filter((text) => /arn:aws[:-]/.test(text))).toEqual([]);
    expect(texts.filter((text) => /console\.|aws\.amazon\.com/.test(text))).toEqual([]);
    const hosts = texts.filter((text) => text.includes('amazonaws.com') && !serviceName.test(text));
    // Whole ARNs hold the role of a service.
    expect(hosts.filter((text) => !/:role\/aws-service-role\/[a-z.]+\/\w+$/.test(text))).toEqual([]);
  });

  test('have consoles of their own, for the stack and for links in messages', () => {
    expect((json as unknown as { Mappings: object }).Mappings).toMatchObject({
      ConsoleDomains: {
        aws: { domain: 'console.aws.amazon.com' },
        'aws-cn': { domain: 'console.amazonaws.cn' },
        'aws-us-gov': { domain: 'console.amazonaws-us-gov.com' },
      },
    });
    const origin = (partition: string, region: string) =>
      consoleOrigin(`arn:${partition}:states:${region}:123456789012:stateMachine:restore-drill`);
    expect(origin('aws-us-gov', 'us-gov-west-1')).toBe('https://us-gov-west-1.console.amazonaws-us-gov.com');
    expect(origin('aws-cn', 'cn-north-1')).toBe('https://cn-north-1.console.amazonaws.cn');
    expect(origin('aws', 'eu-west-1')).toBe('https://eu-west-1.console.aws.amazon.com');
  });

  test('are not written by hand in the code either', () => {
    const allowed = new Map([
      ['lib/contract/console-hosts.ts', 'says the hosts by partition'],
      ['lib/infra/tasks/image-pull.ts', 'reads the hosts of ECR, with and without the suffix of China'],
    ]);
    const written = readdirSync('lib', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join('lib', file))
      .filter((file) => !allowed.has(file))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
          .filter((line) =>
            /console\.(aws|amazon)|amazonaws\.com/.test(line.replaceAll(/'[a-z-]+\.amazonaws\.com'/g, '')),
          )
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(written.filter((line) => !line.includes("'role/aws-service-role/rds.amazonaws.com'"))).toEqual([]);
  });
});

describe('a region', () => {
  const rules = (json.Rules ?? {}) as Record<string, { Assertions: { Assert: object }[] }>;

  test('whose certificates of RDS do not travel with the code is refused before anything is made', () => {
    const assertion = rules.CertifiedRegions?.Assertions[0]?.Assert as { 'Fn::Contains': [string[], object] };
    const [regions, actual] = assertion['Fn::Contains'];
    expect(actual).toEqual({ Ref: 'AWS::Region' });
    expect(regions).toEqual(expect.arrayContaining(['us-east-1', 'eu-west-1', 'ap-southeast-2']));
    expect(regions).not.toEqual(expect.arrayContaining(['cn-north-1']));
    expect(regions).not.toEqual(expect.arrayContaining(['us-gov-west-1']));
  });

  test('that has no function URLs is refused while notifications shall hold links', () => {
    expect(JSON.stringify(rules.RegionsWithApprovalLinks)).toMatch(/Fn::Not.*Fn::Contains.*"cn-north-1"/);
    const config = exampleConfig();
    const closed = synthesize({ ...config, aws: { ...config.aws!, approvalLinks: false } });
    expect(closed.json.Rules?.RegionsWithApprovalLinks).toBeUndefined();
  });
});
