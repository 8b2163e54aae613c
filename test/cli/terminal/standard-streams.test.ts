import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { watchStandardStreams } from '../../../lib/cli/terminal/standard-streams.ts';

const taking = () => new Writable({ write: (_chunk, _encoding, done) => done() });
const refusing = (code: string) =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });

test('output that was taken is not lost', async () => {
  const stdout = taking();
  const streams = watchStandardStreams({ stdout, stderr: taking() });
  stdout.write('everything');
  expect(await streams.lostOutput()).toBeNull();
});

test.each(['EPIPE', 'ENOSPC'])(
  'output that stdout did not take is lost, with the reason: %s',
  async (code) => {
    const stdout = refusing(code);
    const streams = watchStandardStreams({ stdout, stderr: taking() });
    stdout.write('something');
    expect(await streams.lostOutput()).toBe(code);
  },
);

test('a stderr that takes nothing ends nothing and loses no output', async () => {
  const stderr = refusing('EPIPE');
  const streams = watchStandardStreams({ stdout: taking(), stderr });
  stderr.write('progress');
  stderr.write('more');
  expect(await streams.lostOutput()).toBeNull();
});
