import { describe, expect, test } from 'vitest';
import { systemCallFilter } from '../../../../lib/adapters/sandboxes/local-process/system-call-filter.ts';

// What the kernel makes of it on this machine's processor is asked in chroot.postgres.test.ts.

interface Call {
  architecture: number;
  number: number;
  argument?: bigint;
}

/** Runs a program as the kernel would: instructions of linux/filter.h over struct seccomp_data. */
function run(program: Buffer, { architecture, number, argument = 0n }: Call): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(architecture, 4);
  data.writeBigUInt64LE(argument, 16);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at++) {
    const [code, whenTrue, whenFalse] = [0, 2, 3].map((offset) =>
      offset === 0 ? program.readUInt16LE(at * 8) : program.readUInt8(at * 8 + offset),
    ) as [number, number, number];
    const operand = program.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return operand;
    if (code === 0x20) accumulator = data.readUInt32LE(operand);
    else {
      const holds =
        code === 0x15
          ? accumulator === operand
          : code === 0x35
            ? accumulator >= operand
            : (accumulator & operand) !== 0;
      at += holds ? whenTrue : whenFalse;
    }
  }
  throw new Error('the program ends without an answer');
}

const allowed = 0x7fff_0000;
const refused = (errno: number) => 0x0005_0000 + errno;

// Numbers of asm/unistd_64.h and asm-generic/unistd.h, architectures of linux/audit.h.
describe.each([
  {
    processor: 'x64' as const,
    architecture: 0xc000003e,
    ...{ read: 0, execve: 59, socket: 41, socketpair: 53, clone: 56, mount: 165, unshare: 272, ptrace: 101 },
  },
  {
    processor: 'arm64' as const,
    architecture: 0xc00000b7,
    ...{
      read: 63,
      execve: 221,
      socket: 198,
      socketpair: 199,
      clone: 220,
      mount: 40,
      unshare: 97,
      ptrace: 117,
    },
  },
])('the filter of system calls on $processor', ({ processor, architecture, ...numbers }) => {
  const program = systemCallFilter(processor) ?? Buffer.alloc(0);
  const answer = (number: number, argument = 0n) => run(program, { architecture, number, argument });

  test('lets a server read, run programs and speak with its clients', () => {
    for (const number of [numbers.read, numbers.execve, numbers.socketpair])
      expect(answer(number)).toBe(allowed);
    expect(answer(numbers.socket, 1n)).toBe(allowed);
    // fork(3): SIGCHLD and what a C library adds.
    expect(answer(numbers.clone, 0x1200011n)).toBe(allowed);
    expect(answer(numbers.clone, 0x3d0f00n)).toBe(allowed);
  });

  test.each([0n, 2n, 10n, 16n, 17n, 40n, 0x1_0000_0002n])('makes no socket of family %i', (family) => {
    expect(answer(numbers.socket, family)).toBe(refused(97));
  });

  test.each([0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n])(
    'makes no namespace by flag %i',
    (flag) => {
      expect(answer(numbers.clone, flag | 0x11n)).toBe(refused(1));
    },
  );

  test('refuses what looks into others or changes what is mounted, and hides what a filter cannot judge', () => {
    for (const number of [numbers.mount, numbers.unshare, numbers.ptrace])
      expect(answer(number)).toBe(refused(1));
    for (const number of [425, 426, 427, 435]) expect(answer(number)).toBe(refused(38));
  });

  test('refuses every call that comes by the numbers of another processor', () => {
    expect(run(program, { architecture: 0x40000003, number: numbers.read })).toBe(refused(1));
    expect(run(program, { architecture: 0x40000028, number: numbers.read })).toBe(refused(1));
    expect(answer(0x4000_0000 + numbers.socket, 1n)).toBe(refused(1));
  });
});

test('there is none for a processor whose numbers are not known', () => {
  expect(systemCallFilter('riscv64')).toBeNull();
});
