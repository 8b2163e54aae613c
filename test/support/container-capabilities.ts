/**
 * What root of a container has, as Docker and Fargate give it: no right to make namespaces or to mount.
 * Source: Docker documentation, "Runtime privilege and Linux capabilities".
 */
const capabilities = [
  'audit_write',
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'mknod',
  'net_bind_service',
  'net_raw',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
];

/** Words before a program's, which root then runs with these rights alone. */
export const asRootOfContainer: [string, ...string[]] = [
  'setpriv',
  '--inh-caps=-all',
  `--bounding-set=-all,${capabilities.map((name) => `+${name}`).join(',')}`,
];
