import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of this machine, as /proc tells. */
export interface SeenProcess {
  pid: number;
  /** Arguments as the process shows them; PostgreSQL shows what a backend does there. */
  title: string;
}

/** Processes that work in a folder or below it, zombies left out. */
export function processesIn(folder: string): SeenProcess[] {
  return allProcesses((pid) => {
    const workingDirectory = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '');
    return workingDirectory === folder || workingDirectory.startsWith(`${folder}/`);
  });
}

/** Processes whose arguments hold the text. */
export function processesNaming(text: string): SeenProcess[] {
  return allProcesses((pid) => titleOf(pid).includes(text));
}

/** Processes that this process started. */
export function childrenOf(parent: number): SeenProcess[] {
  return allProcesses((pid) => {
    // The program's name, in parentheses, may hold anything; the state and the parent follow its last one.
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return Number(afterName.split(' ')[1]) === parent;
  });
}

function allProcesses(wanted: (pid: number) => boolean): SeenProcess[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.flatMap((pid) => {
    try {
      if (pid === process.pid || !wanted(pid)) return [];
      if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return [];
      return [{ pid, title: titleOf(pid) }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

const titleOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
