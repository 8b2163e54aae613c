import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataDirectory } from '../../../../../lib/recovery/physical/base/facts/data-directory.ts';
import type { BaseFile } from '../../../../../lib/recovery/physical/base/layout/base-file.ts';
import { recogniseBase } from '../../../../../lib/recovery/physical/base/layout/recognise-base.ts';
import { baseProblems } from '../../../../../lib/recovery/physical/base/unpacking/base-problems.ts';
import {
  type UnpackOptions,
  type UnpackOutcome,
  unpackBase,
} from '../../../../../lib/recovery/physical/base/unpacking/unpack-base.ts';

/** A folder of a test with `data` and `tablespaces`, and nothing else unless something went outside. */
export class UnpackFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'restore-drill-unpack-'));
  readonly dataDirectory = join(this.path, 'data');
  readonly tablespacesDirectory = join(this.path, 'tablespaces');

  async unpack(files: readonly BaseFile[], options: Partial<UnpackOptions> = {}) {
    const layout = await recogniseBase(files);
    if (layout.kind === 'unknown' || layout.kind === 'packed wal' || layout.kind === 'repository')
      throw new Error(`it cannot be unpacked: ${JSON.stringify(layout)}`);
    const { dataDirectory, tablespacesDirectory } = this;
    const where = { dataDirectory, tablespacesDirectory, limitBytes: 2 ** 30 };
    const outcome = await unpackBase(layout, { ...where, ...options });
    return { layout, outcome };
  }

  /** Kinds of problems of what was unpacked. */
  problems(outcome: UnpackOutcome, isSnapshot = false) {
    if (outcome.kind === 'refused') throw new Error(`it was refused: ${JSON.stringify(outcome.refusal)}`);
    return baseProblems(outcome, readDataDirectory(this.dataDirectory), { isSnapshot });
  }

  /** What lies beside the two folders: nothing ever. */
  get strays(): string[] {
    return readdirSync(this.path).filter((name) => name !== 'data' && name !== 'tablespaces');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
