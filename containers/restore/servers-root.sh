#!/bin/sh
# Makes the root directory of a sandbox's servers: what PostgreSQL's servers on this system load, and nothing else of it.
# No /proc, no device, no home, no configuration, no program but the server and what starts it without rights.
#   servers-root.sh ROOT GROUP
# ROOT   path of the root directory; short, because a socket's path below it has at most 103 characters
# GROUP  number of a group without members: its members may run the shell, which restore_command needs
# lib/adapters/sandboxes/local-process/chroot.ts enters it. Files are links to the system's own where that is possible.
set -eu
root=$1
group=$2

# Files under the paths that programs ask for, with what links lead to.
give() {
  for path in "$@"; do
    folder=$(readlink -f "$(dirname "$path")")
    [ ! -e "$root$folder/$(basename "$path")" ] || continue
    mkdir -p "$root$folder"
    cp -R -L -l "$path" "$root$folder/" 2>/dev/null || cp -R -L -p "$path" "$root$folder/"
  done
}

# What the loader gives to programs and libraries.
give_libraries_of() {
  give $(ldd "$@" 2>/dev/null | sed -n -E 's#^.*=> (/[^ ]+) .*$#\1#p; s#^\t(/[^ ]*ld-linux[^ ]*) .*$#\1#p' | sort -u)
}

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/data"
for folder in bin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done

# The same path inside and outside: ROOT within ROOT is ROOT.
mkdir -p "$root$(dirname "$root")"
ln -s "$(dirname "$root" | sed -E 's#^/##; s#[^/]+#..#g; s#^$#.#')" "$root$root"

# The compiler of expressions is off in a sandbox, and larger than all servers.
for installation in /usr/lib/postgresql/*; do
  libraries=$(ls "$installation"/lib/*.so | grep -v /llvmjit)
  give "$installation/bin/postgres" $libraries
  give_libraries_of "$installation/bin/postgres" $libraries
done
give /usr/share/postgresql /usr/share/zoneinfo /usr/lib/locale /usr/lib/*/ossl-modules /etc/ld.so.cache

# Names of the C library that servers built elsewhere ask for.
give /lib/*-linux-gnu/lib[mc].so.6 /lib/*-linux-gnu/libpthread.so.0 /lib/*-linux-gnu/libdl.so.2 /lib/*-linux-gnu/librt.so.1

# Who runs a server and who asks it over the socket is only known when one is made.
ln -s ../data/passwd "$root/etc/passwd"

give /usr/bin/setpriv
give_libraries_of /usr/bin/setpriv
# Copies: their rights are not those of the system's own.
for program in sh mv sleep; do
  path=$(readlink -f "/bin/$program")
  cp -L "$path" "$root/usr/bin/$program"
  chown "0:$group" "$root/usr/bin/$program"
  chmod 0750 "$root/usr/bin/$program"
  give_libraries_of "$path"
done

find "$root" -type d -exec chmod 0755 {} +
