import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import type { WalledDrill, WalledDrillReport } from './walled-drill-program.ts';

export interface WalledDrillSeen {
  report: WalledDrillReport;
  /** The postmaster as root of the machine sees it; null where none was started. */
  server: { status: string; environment: string; root: string; files: string[] } | null;
  /** What still runs of the server when the drill has ended. */
  survivors: string[];
  /** What the drill said of its end. */
  complaint: string;
}

/** Bundles the program into a folder. @returns its path */
export function buildWalledDrill(folder: string): string {
  const outfile = join(folder, 'walled-drill.cjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'walled-drill-program.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20' },
    external: ['pg-native'],
    logLevel: 'error',
  });
  return outfile;
}

/** Runs one drill in a process of its own, looks at its server from outside, and lets it end. */
export async function walledDrill(run: {
  /** The program and its words, before the drill itself. */
  words: [string, ...string[]];
  environment: Record<string, string>;
  drill: WalledDrill;
}): Promise<WalledDrillSeen> {
  const [program, ...words] = run.words;
  const child = spawn(program, [...words, JSON.stringify(run.drill)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: run.environment,
  });
  let complaint = '';
  child.stderr.on('data', (piece: Buffer) => {
    complaint += piece.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const report = JSON.parse(line) as WalledDrillReport;
    const { pid } = report;
    const server = pid === null ? null : seenFromOutside(`/proc/${pid}`);
    const family = pid === null ? new Map<string, string>() : familyOf(pid);
    child.stdin.end();
    await ended;
    const survivors = [...family].filter(([member, words]) => words !== '' && wordsOf(member) === words);
    return { report, server, complaint, survivors: survivors.map(([, words]) => words) };
  }
  await ended;
  throw new Error(complaint);
}

function seenFromOutside(folder: string): WalledDrillSeen['server'] {
  return {
    status: readFileSync(`${folder}/status`, 'utf8'),
    environment: readFileSync(`${folder}/environ`, 'latin1'),
    root: readlinkSync(`${folder}/root`),
    files: readdirSync(`${folder}/fd`).map((name) => readlinkSync(`${folder}/fd/${name}`)),
  };
}

/** The process and its children, each with how it is called. */
function familyOf(pid: number): Map<string, string> {
  const members = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && (name === String(pid) || parentOf(name) === pid),
  );
  return new Map(members.map((name) => [name, wordsOf(name)]));
}

const parentOf = (pid: string): number => Number(/\) \S (\d+) /.exec(told(`/proc/${pid}/stat`))?.[1]);
const wordsOf = (pid: string): string => told(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

function told(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
