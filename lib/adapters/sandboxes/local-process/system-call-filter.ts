/**
 * A program for seccomp(2): what a sandbox's server may not ask of the kernel where it shares a network with us. It opens no
 * socket but AF_UNIX, which ends at the root directory, and cannot look into other processes or make namespaces. Everything
 * else is left to the rights that it has not.
 *
 * Source: Linux, Documentation/userspace-api/seccomp_filter.rst; include/uapi/linux/{filter,seccomp,audit,sched}.h.
 */

/** Offsets in struct seccomp_data; arguments are read by their low half, which is all that these calls look at. */
const offsets = { number: 0, architecture: 4, firstArgument: 16 };

/** BPF instructions, as linux/filter.h composes them. */
const load = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const jumpIfAnyBit = 0x45;
const give = 0x06;

const allow = 0x7fff_0000;
const refuse = (errno: number): number => 0x0005_0000 | errno;
const errnos = { notPermitted: 1, notImplemented: 38, noSuchFamily: 97 };

const unixFamily = 1;
/** CLONE_NEWTIME has no room among clone's flags; NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e02_0000;
/** Numbers of x32, another way to the same calls. */
const x32 = 0x4000_0000;

interface Numbers {
  architecture: number;
  socket: number;
  clone: number;
  refused: Record<string, number>;
}

/** Calls with the same number on both, because they came after the tables were made one. */
const absentSinceTables = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  // Its flags lie in memory, where a filter cannot look. glibc goes on with clone.
  clone3: 435,
};
const refusedOnBoth = {
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_open: 434,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
};

const processors: Partial<Record<NodeJS.Architecture, Numbers>> = {
  x64: {
    architecture: 0xc000_003e,
    socket: 41,
    clone: 56,
    refused: {
      ...refusedOnBoth,
      ptrace: 101,
      pivot_root: 155,
      chroot: 161,
      mount: 165,
      umount2: 166,
      add_key: 248,
      request_key: 249,
      keyctl: 250,
      unshare: 272,
      perf_event_open: 298,
      open_by_handle_at: 304,
      setns: 308,
      process_vm_readv: 310,
      process_vm_writev: 311,
      kcmp: 312,
      bpf: 321,
      userfaultfd: 323,
    },
  },
  arm64: {
    architecture: 0xc000_00b7,
    socket: 198,
    clone: 220,
    refused: {
      ...refusedOnBoth,
      umount2: 39,
      mount: 40,
      pivot_root: 41,
      chroot: 51,
      unshare: 97,
      ptrace: 117,
      add_key: 217,
      request_key: 218,
      keyctl: 219,
      perf_event_open: 241,
      open_by_handle_at: 265,
      setns: 268,
      process_vm_readv: 270,
      process_vm_writev: 271,
      kcmp: 272,
      bpf: 280,
      userfaultfd: 282,
    },
  },
};

/** An array of struct sock_filter, as setpriv(1) takes it; null for processors whose numbers are not known here. */
export function systemCallFilter(processor: NodeJS.Architecture): Buffer | null {
  const numbers = processors[processor];
  if (numbers === undefined) return null;
  const refusal = (number: number, errno: number): Buffer[] => [
    instruction(jumpIfEqual, number, 0, 1),
    instruction(give, refuse(errno)),
  ];
  return Buffer.concat([
    instruction(load, offsets.architecture),
    // Another set of numbers (32 bits on the same processor) would pass by all that follows.
    instruction(jumpIfEqual, numbers.architecture, 1, 0),
    instruction(give, refuse(errnos.notPermitted)),
    instruction(load, offsets.number),
    instruction(jumpIfAtLeast, x32, 0, 1),
    instruction(give, refuse(errnos.notPermitted)),
    ...Object.values(numbers.refused).flatMap((number) => refusal(number, errnos.notPermitted)),
    ...Object.values(absentSinceTables).flatMap((number) => refusal(number, errnos.notImplemented)),
    instruction(jumpIfEqual, numbers.socket, 0, 4),
    instruction(load, offsets.firstArgument),
    instruction(jumpIfEqual, unixFamily, 0, 1),
    instruction(give, allow),
    instruction(give, refuse(errnos.noSuchFamily)),
    instruction(jumpIfEqual, numbers.clone, 0, 3),
    instruction(load, offsets.firstArgument),
    instruction(jumpIfAnyBit, namespaceFlags, 0, 1),
    instruction(give, refuse(errnos.notPermitted)),
    instruction(give, allow),
  ]);
}

/** struct sock_filter: on what holds go `whenTrue` further, else `whenFalse`. Both processors are little-endian. */
function instruction(code: number, operand: number, whenTrue = 0, whenFalse = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(whenTrue, 2);
  bytes.writeUInt8(whenFalse, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}
