import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { deflateSync } from 'node:zlib';

/** What a dump holds, in FILE.json, laid out so that nobody has to read its format; the blocks, deflated one by one, are FILE.blocks. */
export interface BareContent {
  statements: string[];
  /** Stored bytes of each table's rows. */
  blocks: number[];
}

/** What the least work took of our processors, and the memory it held. */
export interface LeastWork {
  cpuSeconds: number;
  peakMebibytes: number;
}

/**
 * Lays out what an archive of the bench holds, as pg_restore tells it. Of these archives alone: no statement of theirs has a line
 * within it that ends in a semicolon.
 */
export function layOut(pgRestore: string, archive: string, file: string): void {
  const text = execFileSync(pgRestore, ['-f', '-', archive], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const content: BareContent = { statements: [], blocks: [] };
  const stored: Buffer[] = [];
  let lines: string[] = [];
  let rows: string[] | null = null;
  for (const line of text.split('\n')) {
    if (rows !== null) {
      if (line !== '\\.') rows.push(line, '\n');
      else {
        const block = deflateSync(rows.join(''));
        stored.push(block);
        content.blocks.push(block.length);
        rows = null;
      }
      continue;
    }
    if (line === '' || line.startsWith('--') || line.startsWith('\\')) continue;
    lines.push(line);
    if (!line.endsWith(';')) continue;
    content.statements.push(lines.join('\n'));
    if (line.startsWith('COPY ')) rows = [];
    lines = [];
  }
  writeFileSync(`${file}.json`, JSON.stringify(content));
  writeFileSync(`${file}.blocks`, Buffer.concat(stored));
}

/** Does the least work in a process of its own, into a socket that throws everything away. @param sink path of the socket */
export async function measureLeastWork(script: string, file: string, sink: string): Promise<LeastWork> {
  const server = createServer((socket) => socket.resume()).listen(sink);
  try {
    const child = spawn(process.execPath, [script, file, sink], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const piece of child.stdout) output += piece;
    return JSON.parse(output) as LeastWork;
  } finally {
    server.close();
  }
}
