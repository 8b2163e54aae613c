import { join } from 'node:path';
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { ServerAccount } from './server-account.ts';
import { runTool } from './tool-run.ts';

/**
 * Whether a server was built to replay images of pages that are compressed so. Only one that was takes the value for
 * wal_compression, which it says without a data directory. About 20 ms.
 */
export async function replaysCompression(
  binDirectory: string,
  compression: ImageCompression,
  account: ServerAccount | null,
): Promise<boolean> {
  const words = ['-C', 'wal_compression', '-c', `wal_compression=${compression}`];
  const { exitCode } = await runTool(
    join(binDirectory, 'postgres'),
    [...words, '-c', 'config_file=/dev/null', '-D', '/'],
    { account },
  );
  return exitCode === 0;
}
