/**
 * The least that a restore in Node.js costs our processors and memory when PostgreSQL's parser sees every statement: each statement is
 * parsed once and each block of rows inflated once, and both are written to a socket. Nothing is decided, ordered or accounted for.
 *
 *   node least-work-once.mjs FILE SOCKET
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { inflateSync } from 'node:zlib';
import { loadSqlParser, parseSql } from '../lib/recovery/logical/dump/sql-parser.ts';
import { compileForSpeedLater } from '../lib/runtimes/local/compiled-code.ts';
import type { BareContent } from './least-work.ts';

compileForSpeedLater();
const [, , file = '', sink = ''] = process.argv;
const bytes = readFileSync(file);
const end = bytes.indexOf(0);
const { statements, blocks }: BareContent = JSON.parse(bytes.toString('utf8', 0, end));
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
let at = end + 1;
for (const size of blocks) {
  await write(inflateSync(bytes.subarray(at, at + size)));
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
