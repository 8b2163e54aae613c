import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  identifyProcess,
  lookAtProcess,
} from '../../../../lib/adapters/sandboxes/local-process/process-identity.ts';

test('our own process runs', () => {
  expect(lookAtProcess(identifyProcess(process.pid))).toBe('running');
});

test('a process that ended is dead', async () => {
  const child = spawn('sleep', ['60']);
  const identity = identifyProcess(child.pid ?? 0);
  expect(lookAtProcess(identity)).toBe('running');

  child.kill('SIGKILL');
  await once(child, 'exit');

  expect(lookAtProcess(identity)).toBe('dead');
});

test('a process that took over the number is not the one that had it', () => {
  const former = { ...identifyProcess(process.pid), startedAt: 'some other moment' };

  expect(lookAtProcess(former)).toBe('dead');
});

test('a process whose start is unknown counts as running, so that no running drill loses its sandbox', () => {
  expect(lookAtProcess({ ...identifyProcess(process.pid), startedAt: null })).toBe('running');
});

test('a process of another machine cannot be judged', () => {
  expect(lookAtProcess({ ...identifyProcess(process.pid), host: 'another' })).toBe('elsewhere');
});
