import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tierUpSettings } from '../../../lib/runtimes/local/compiled-code.ts';

test('V8 knows every setting by which it compiles for speed later', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const settings = tierUpSettings(process.versions.v8);

  expect(settings.length).toBeGreaterThan(0);
  for (const setting of settings) expect(known).toContain(`  ${setting.split('=')[0]} (`);
});

test.each([
  ['11.3.244.8-node.38', '--interrupt-budget=540672'],
  ['12.4.254.21-node.33', '--invocation-count-for-turbofan=24000'],
  ['13.6.233.17-node.41', '--invocation-count-for-turbofan=24000'],
])('V8 %s waits eight times as long', (version, setting) => {
  expect(tierUpSettings(version)).toContain(setting);
});
