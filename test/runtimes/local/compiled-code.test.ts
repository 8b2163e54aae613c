import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { compileForSpeedLater, tierUpSettings } from '../../../lib/runtimes/local/compiled-code.ts';

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

test('no schema is compiled to code of its own', () => {
  const written = vi.spyOn(globalThis, 'Function');
  try {
    compileForSpeedLater();
    const schema = z.object({ rows: z.number(), tables: z.array(z.object({ name: z.string() })) });
    expect(schema.parse({ rows: 1, tables: [{ name: 'a' }] })).toEqual({ rows: 1, tables: [{ name: 'a' }] });
    expect(written).not.toHaveBeenCalled();
    z.config({ jitless: false });
    z.object({ rows: z.number() }).parse({ rows: 1 });
    expect(written).toHaveBeenCalled();
  } finally {
    z.config({ jitless: false });
    written.mockRestore();
  }
});
