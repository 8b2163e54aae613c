import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentNames } from '../../../contract/environment.ts';
import { caBundleFileName } from '../../../contract/names.ts';
import { codeFolder } from '../code-folder.ts';

/** File of the certificates that sandboxes must come from: beside the code unless the environment says otherwise. */
export const caBundlePath = (): string =>
  process.env[environmentNames.caBundlePath] ?? join(codeFolder(), caBundleFileName);

export const caBundle = (): string => readFileSync(caBundlePath(), 'utf8');
