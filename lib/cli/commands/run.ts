import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { proveWritable } from '../../adapters/files/writable-folder.ts';
import { exitCodes } from '../../domain/findings/verdict.ts';
import { renderJson } from '../../domain/record/report/json.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import { sealFile } from '../../domain/record/seal/envelope.ts';
import type { LocalPorts } from '../../runtimes/local/local-ports.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { tellGithub } from '../ci/github-actions.ts';
import { drillHere } from '../drill/local-drill.ts';
import { tellVerdict } from '../drill/tell-verdict.ts';
import type { ProgressOptions } from '../progress/create-progress.ts';

interface RunOptions extends DrillOptions, ProgressOptions {
  out?: string;
  keep?: boolean;
  json?: boolean;
  /** Whose job this runs in, and shall be told in its own way. */
  ci?: 'github';
}

/** What --out names is the user's own folder, with the rights that the umask leaves. */
const publicFolderMode = 0o777;

/** `restore-drill run`: one drill from request to verdict. Gives back the verdict's exit code. */
export async function run(database: string | undefined, options: RunOptions): Promise<number> {
  if (options.out !== undefined) await proveWritable(options.out, '--out', publicFolderMode);
  const { record, evidenceFolder } = await drillHere({ ...options, database }, (ports, { drillId, note }) =>
    options.keep === true ? keepingSandbox(ports, drillId, note) : ports,
  );
  const folder = await publish(evidenceFolder, options.out);
  tellVerdict(record, join(folder, reportFiles.html), options);
  if (options.json === true) process.stdout.write(renderJson(record));
  if (options.ci === 'github') await tellGithub(record, folder, process.env);
  return exitCodes[record.verdict];
}

/** `--keep`: teardown leaves the sandbox running and says how to reach it; its lease still ends it. */
function keepingSandbox(ports: LocalPorts, drillId: string, note: (text: string) => void): LocalPorts {
  const { sandboxes } = ports;
  /** Until when each sandbox is kept. */
  const kept = new Map<string, string>();
  return {
    ...ports,
    sandboxes: {
      ...sandboxes,
      remove: async (sandboxId) => {
        const look = await sandboxes.look(sandboxId);
        if (look.state !== 'ready') return sandboxes.remove(sandboxId);
        const { psqlCommand, leaseExpiresAt } = await sandboxes.release(sandboxId);
        kept.set(sandboxId, leaseExpiresAt);
        note(`the sandbox is kept until ${leaseExpiresAt}; connect with: ${psqlCommand}`);
        note(`remove it with: restore-drill sweep --drill ${drillId}`);
      },
      look: async (sandboxId) => {
        const until = kept.get(sandboxId);
        if (until === undefined) return sandboxes.look(sandboxId);
        return { state: 'kept', detail: `kept until ${until}, as --keep asked` };
      },
    },
  };
}

async function publish(folder: string, out: string | undefined): Promise<string> {
  if (out === undefined) return folder;
  await mkdir(out, { recursive: true });
  for (const file of Object.values(reportFiles)) await copyFile(join(folder, file), join(out, file));
  // The seal of another drill, whose reports these replace, must not stay.
  await rm(join(out, sealFile), { force: true });
  if (existsSync(join(folder, sealFile))) await copyFile(join(folder, sealFile), join(out, sealFile));
  return out;
}
