import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { buildCommandLine } from './support/command-line.ts';
import { shopFile } from './support/fixtures.ts';
import { World } from './support/world.ts';
test('fuzz', { timeout: 600_000 }, async () => {
  const c = buildCommandLine();
  for (const [signal, ms] of [['SIGINT',100],['SIGINT',200],['SIGINT',300],['SIGINT',400],['SIGINT',500],['SIGINT',700],['SIGTERM',1000],['SIGINT',1500],['SIGTERM',2000],['SIGINT',2500],['SIGINT',3200],['SIGKILL',500],['SIGKILL',800],['SIGKILL',1300],['SIGKILL',2100]] as const) {
    const w = new World(c);
    const d = w.start(['run', '--json', '--dump', shopFile]);
    await sleep(ms);
    d.kill(signal);
    const e = await d.ended;
    const t = Date.now();
    let left = 'clean';
    await w.expectNothingLeft().catch((x) => { left = String(x).slice(0, 300); });
    const took = Date.now() - t;
    const hist = await w.history();
    const next = await w.drill(['--dump', shopFile]);
    console.error(signal, ms, 'code', e.code, e.signal, 'left', left, took, 'hist', hist.map((r) => `${r.verdict} ${r.findings.map((f) => f.code)} ${r.teardown.confirmed}`).join(';'), 'next', next.record.verdict, next.stderr.includes('removed what') ? 'SWEPT' : '', e.code !== 0 && hist.length === 0 ? e.stderr.slice(-300) : '');
    w.remove();
  }
  c.remove();
});
