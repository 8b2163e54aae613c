import { execFileSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const script = resolve(import.meta.dirname, '../../containers/restore/servers-root.sh');

/** A group without members on every machine. */
export const shellGroup = 10002;

/**
 * Makes the root directory of servers from this machine's own PostgreSQL, as the image makes it of its own, with Perl
 * besides: a language in which a test can ask the kernel what native code of a cluster could.
 */
export function makeServersRoot(root: string): void {
  execFileSync(script, [root, String(shellGroup)]);
  addPerl(root);
  const setpriv = join(root, 'usr/bin/setpriv');
  if (execFileSync('setpriv', ['--help'], { encoding: 'utf8' }).includes('--seccomp-filter')) return;
  process.stderr.write('setpriv of this machine loads no filter of system calls: Perl does it before.\n');
  renameSync(setpriv, `${setpriv}.real`);
  writeFileSync(setpriv, standIn, { mode: 0o755 });
}

function addPerl(root: string): void {
  const perl = '/usr/bin/perl';
  const libraries = execFileSync('ldd', [perl], { encoding: 'utf8' }).match(/(?<==> )\/\S+/g) ?? [];
  for (const path of [perl, ...libraries]) {
    rmSync(join(root, path), { force: true });
    copyFileSync(path, join(root, path));
  }
}

/** The number of prctl(2). */
const prctl = process.arch === 'arm64' ? 167 : 157;

/** util-linux has it since 2.41; its other options go to the setpriv that is there. */
const standIn = `#!/usr/bin/perl
my ($file, @words);
for (@ARGV) { if (!defined $file && /^--seccomp-filter=(.*)/) { $file = $1 } else { push @words, $_ } }
if (defined $file) {
  open(my $in, '<:raw', $file) or die "$file: $!\\n";
  my $program = do { local $/; <$in> };
  close $in;
  my $described = pack('S x6 P', length($program) / 8, $program);
  syscall(${prctl}, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\\n";
  syscall(${prctl}, 22, 2, $described) == 0 or die "filter: $!\\n";
}
exec '/usr/bin/setpriv.real', @words or die "setpriv: $!\\n";
`;
