/** A program in which an error arises that nothing catches; `sealing` does what a drill does when it is stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { endInOrder } from '../../../lib/cli/terminal/ending.ts';

const [kind, ...rest] = process.argv.slice(2);
endInOrder();
if (rest.includes('sealing')) {
  process.once('SIGTERM', async () => {
    await sleep(100);
    process.stdout.write('sealed');
    clearInterval(working);
  });
}
const working = setInterval(() => {}, 1000);
if (kind === 'rejection') Promise.reject(new TypeError('a surprise'));
else
  setImmediate(() => {
    throw new TypeError('a surprise');
  });
