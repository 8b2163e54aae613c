// The quick tests and a whole drill by the built program, under each supported major of Node.js that this one is not.
//   node scripts/nodes.mjs [vitest's arguments]
import { spawnSync } from 'node:child_process';
import { nodeRelease } from './node-release.mjs';

/** One release of each supported major; package.json says `>=20.15`. */
const releases = ['20.20.2', '22.23.3', '24.21.0'];

const given = process.argv.slice(2);
const runs =
  given.length > 0
    ? [given]
    : [
        ['--project', 'quick'],
        ['--project', 'front door', 'test/e2e/drill.test.ts'],
      ];
for (const release of releases) {
  if (release.split('.')[0] === process.versions.node.split('.')[0]) continue;
  console.log(`\nNode.js ${release}`);
  const bin = nodeRelease(release);
  // The tests start `node` and programs that say `env node`.
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  for (const tests of runs) {
    const words = ['node_modules/vitest/vitest.mjs', 'run', ...tests];
    const { status } = spawnSync(`${bin}/node`, words, { stdio: 'inherit', env });
    if (status !== 0) process.exit(status ?? 1);
  }
}
