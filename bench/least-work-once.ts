/**
 * The least that a restore in Node.js costs our processors and memory when PostgreSQL's parser sees every statement: each statement is
 * parsed once and each block of rows inflated once, and both are written to a socket. Nothing is decided, ordered or accounted for.
 *
 *   node least-work-once.mjs FILE SOCKET
 */
import { once } from 'node:events';
import { createReadStream, openSync, readFileSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { createInflate, inflateSync } from 'node:zlib';
import { loadSqlParser, parseSql } from '../lib/recovery/logical/dump/sql-parser.ts';
import { compileForSpeedLater } from '../lib/runtimes/local/compiled-code.ts';
import type { BareContent } from './least-work.ts';

compileForSpeedLater();
const [, , file = '', sink = ''] = process.argv;
const { statements, blocks }: BareContent = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
await loadSqlParser();
const socket = connect(sink);
await once(socket, 'connect');
const write = async (content: string | Buffer): Promise<void> => {
  if (!socket.write(content)) await once(socket, 'drain');
};
for (const sql of statements) {
  parseSql(sql);
  await write(sql);
}
/** A block that is larger passes in pieces, so that memory does not hold it. */
const atOnceBytes = 64 * 1024;
const stored = openSync(`${file}.blocks`, 'r');
let at = 0;
for (const size of blocks) {
  if (size <= atOnceBytes) {
    const block = Buffer.allocUnsafe(size);
    readSync(stored, block, 0, size, at);
    await write(inflateSync(block));
  } else {
    const pieces = createReadStream(`${file}.blocks`, {
      start: at,
      end: at + size - 1,
      highWaterMark: 256 * 1024,
    });
    for await (const piece of pieces.pipe(createInflate({ chunkSize: 256 * 1024 }))) await write(piece);
  }
  at += size;
}
socket.end();
await once(socket, 'close');
const usage = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMebibytes: usage.maxRSS / 1024,
  }),
);
