import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import { destroySandbox } from './destroy-sandbox.ts';

/**
 * Removes a sandbox directory and all that runs in it, and verifies that it is gone. Does nothing to what is not ours.
 *
 * @throws DrillError TEARDOWN_FAILED with the directory and the reason.
 */
export async function removeSandboxDirectory(directory: string): Promise<void> {
  const outcome = await destroySandbox(directory, { fs, path, execFile, execFileSync }).catch(
    (cause: unknown) => {
      throw failed(directory, cause instanceof Error ? cause.message : String(cause));
    },
  );
  if (outcome === 'gone' && !fs.existsSync(directory)) return;
  // A watchdog or another sweep may be removing it as well: its lease goes just before the directory does.
  for (let look = 0; look < 100; look++) {
    if (!fs.existsSync(directory)) return;
    await new Promise((resume) => setTimeout(resume, 10));
  }
  throw failed(
    directory,
    outcome === 'gone' ? 'it came back' : 'it does not look like a sandbox of restore-drill any more',
  );
}

function failed(directory: string, reason: string): DrillError {
  return new DrillError(
    'TEARDOWN_FAILED',
    `the sandbox directory ${directory} could not be removed: ${reason}`,
    {
      hint: 'Run `restore-drill sweep`; if it stays, end the server that runs in it and delete the directory by hand.',
      fault: 'service',
    },
  );
}
