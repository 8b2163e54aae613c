import type { Restorer } from '../../ports/restorer.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { dumpSourceOf } from './dump-source.ts';
import { databaseRequest, loadPolicy } from './policy/index.ts';
import { openDump } from './reading/open-dump.ts';
import { NativeRestorer } from './restore.ts';
import { ToolsRestorer } from './tools/tools-restorer.ts';

/** The restorer of a drill: our own engine, or PostgreSQL's tools where drills.yaml asks for them. */
export function createRestorer(access: SandboxAccess): Restorer {
  const policy = async () => ({ ...(await loadPolicy()), databaseRequest });
  const native = new NativeRestorer({
    access,
    loadPolicy: policy,
    openDump: ({ store, dump, signal, options: { passphrase, maxStatementBytes, maxRatio } }) =>
      openDump(dumpSourceOf(store, dump, signal), {
        passphrase,
        limits: { statementBytes: maxStatementBytes, ratio: maxRatio },
      }),
  });
  const tools = new ToolsRestorer({ access, loadPolicy: policy });
  return { restore: (request) => (request.options.engine === 'tools' ? tools : native).restore(request) };
}
