import { describe, expect, test } from 'vitest';
import { idleCost, total } from '../../bench/aws-idle-cost.ts';
import { walkDrill } from '../../bench/aws-walk.ts';
import { aConfig, defaultConfig } from './support/configs.ts';
import { synthesize } from './support/synth.ts';

describe('an idle stack of one database', () => {
  const resources = Object.values(synthesize(aConfig(defaultConfig)).json.Resources);

  test('costs no more than 3 USD a month', () => {
    expect(total(idleCost(resources, 1), 'usd')).toBeLessThanOrEqual(3);
  });

  test('would be noticed to cost more with anything billed by the hour', () => {
    const withNat = [...resources, { Type: 'AWS::EC2::NatGateway', Properties: {} }];
    expect(total(idleCost(withNat, 1), 'usd')).toBeGreaterThan(30);
  });
});

describe('a drill of 30 minutes', () => {
  const walked = walkDrill({ provisionSeconds: 480, teardownSeconds: 360, checks: 24 });

  test('takes no more than 150 transitions and 1,500 history events', () => {
    expect(walked.transitions).toBeLessThanOrEqual(150);
    expect(walked.events).toBeLessThanOrEqual(1500);
  });

  test('takes one transition more for each check', () => {
    const more = walkDrill({ provisionSeconds: 480, teardownSeconds: 360, checks: 25 });
    expect(more.transitions).toBe(walked.transitions + 1);
  });
});
