import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  applyIncrementalFile,
  readIncrementalHeader,
} from '../../../../../lib/recovery/physical/base/combining/incremental-file.ts';

/** Small, so that a file has few of them. */
const sizes = { blockBytes: 32, relationFileBlocks: 16 };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Incremental {
  magic: number;
  count: number;
  leastBlocks: number;
  /** Number and content of each block. */
  blocks: [number, string][];
}

function incrementalFile(wanted: Partial<Incremental> = {}): Buffer {
  const { magic, leastBlocks, blocks, count } = {
    ...{ magic: 0xd3ae1f0d, leastBlocks: 0, blocks: [], count: wanted.blocks?.length ?? 0 },
    ...wanted,
  };
  const told = Buffer.alloc(12 + 4 * blocks.length);
  for (const [index, word] of [magic, count, leastBlocks, ...blocks.map(([number]) => number)].entries())
    told.writeUInt32LE(word, 4 * index);
  const header = Buffer.alloc(
    blocks.length === 0 ? 12 : Math.ceil(told.length / sizes.blockBytes) * sizes.blockBytes,
  );
  told.copy(header);
  return Buffer.concat([header, ...blocks.map(([, letter]) => Buffer.alloc(sizes.blockBytes, letter))]);
}

/** The letters of the blocks that come out; `.` for zeros; null and why when nothing does. */
async function applied(before: string | null, bytes: Buffer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-incremental-'));
  folders.push(folder);
  const [incremental, path] = [join(folder, 'INCREMENTAL.1'), join(folder, '1')];
  writeFileSync(incremental, bytes);
  if (before !== null)
    writeFileSync(path, Buffer.concat([...before].map((letter) => Buffer.alloc(sizes.blockBytes, letter))));
  const problem = await applyIncrementalFile(incremental, path, sizes);
  if (problem !== null) return problem;
  const after = readFileSync(path);
  let letters = '';
  for (let at = 0; at < after.length; at += sizes.blockBytes) {
    const block = after.subarray(at, at + sizes.blockBytes);
    const [first = 0] = block;
    expect(block.every((byte) => byte === first)).toBe(true);
    letters += first === 0 ? '.' : String.fromCharCode(first);
  }
  return letters;
}

describe('an incremental file, over the file of the backup before,', () => {
  test.each<[string, string, Partial<Incremental>, string]>([
    [
      'writes its blocks',
      'abcd',
      {
        leastBlocks: 4,
        blocks: [
          [1, 'X'],
          [2, 'Y'],
        ],
      },
      'aXYd',
    ],
    ['without blocks leaves it as it is', 'abcd', { leastBlocks: 4 }, 'abcd'],
    ['cuts it to its least length', 'abcd', { leastBlocks: 2 }, 'ab'],
    ['cuts what is not in it, and not what is', 'abcd', { leastBlocks: 1, blocks: [[3, 'X']] }, 'a..X'],
    [
      'makes it longer',
      'ab',
      {
        leastBlocks: 2,
        blocks: [
          [2, 'X'],
          [3, 'Y'],
        ],
      },
      'abXY',
    ],
    ['fills it up with zeros', 'ab', { leastBlocks: 4 }, 'ab..'],
    [
      'writes blocks in any order',
      'abc',
      {
        leastBlocks: 3,
        blocks: [
          [2, 'X'],
          [0, 'Y'],
        ],
      },
      'YbX',
    ],
  ])('%s', async (_, before, wanted, after) => {
    expect(await applied(before, incrementalFile(wanted))).toBe(after);
  });

  test('writes more blocks than are read at a time', async () => {
    const many = { blockBytes: 32, relationFileBlocks: 1000 };
    const folder = mkdtempSync(join(tmpdir(), 'restore-drill-incremental-'));
    folders.push(folder);
    const blocks = Array.from({ length: 300 }, (_, index): [number, string] => [index, 'X']);
    writeFileSync(join(folder, 'INCREMENTAL.1'), incrementalFile({ leastBlocks: 301, blocks }));
    writeFileSync(join(folder, '1'), Buffer.alloc(32 * 301, 'a'));

    expect(await applyIncrementalFile(join(folder, 'INCREMENTAL.1'), join(folder, '1'), many)).toBeNull();
    expect(readFileSync(join(folder, '1'))).toEqual(
      Buffer.concat([Buffer.alloc(32 * 300, 'X'), Buffer.alloc(32, 'a')]),
    );
  });

  test('needs that file', async () => {
    expect(await applied(null, incrementalFile())).toMatch(/does not have this file/);
  });
});

describe('an incremental file is refused', () => {
  const bytes = incrementalFile({ leastBlocks: 4, blocks: [[1, 'X']] });
  test.each<[string, Buffer, RegExp]>([
    ['of another kind', incrementalFile({ magic: 1 }), /does not begin/],
    ['that is empty', Buffer.alloc(0), /ends within its header/],
    ['that was cut', bytes.subarray(0, -1), /63 bytes in the place of 64/],
    ['that goes on', Buffer.concat([bytes, Buffer.alloc(1)]), /65 bytes in the place of 64/],
    ['that names more blocks than it has', incrementalFile({ count: 3 }), /ends within its header/],
    ['with more blocks than a file has', incrementalFile({ count: 17 }), /more blocks than a file/],
    ['with a block behind the last', incrementalFile({ blocks: [[16, 'X']] }), /a block that no file has/],
    ['that asks for a longer file than there is', incrementalFile({ leastBlocks: 17 }), /more blocks/],
  ])('%s', (_, file, reason) => {
    expect(readIncrementalHeader(file, file.length, sizes)).toMatch(reason);
  });
});
