import type { SandboxProgress } from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { formatBytes } from '../../domain/text/quantities.ts';

/** One line about a sandbox in the making; a download shows how far it is. */
export function sandboxProgressText({ detail, bytesDone, bytesTotal }: SandboxProgress): string {
  if (bytesDone === undefined) return detail;
  if (bytesTotal === undefined || bytesTotal === null) return `${detail}, ${formatBytes(bytesDone)}`;
  const percent = Math.floor((100 * bytesDone) / Math.max(1, bytesTotal));
  return `${detail}, ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)} (${percent} %)`;
}
