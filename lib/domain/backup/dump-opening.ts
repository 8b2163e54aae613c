/** Keys of encrypted dumps. They never enter state, evidence, logs or findings. */
export interface DumpSecrets {
  /** Of openssl, age or OpenPGP, or what unlocks the private key; null when none was given. */
  passphrase: string | null;
  /** Identities of age or an armored private key of OpenPGP, as text; null or absent when none was given. */
  privateKey?: string | null;
}

/** What opens a dump: the keys of its encryption, and which member of a package it is. */
export interface DumpOpening extends DumpSecrets {
  /** Name of the dump in its tar or zip, `*` for anything within a folder; null or absent: the only dump there. */
  member?: string | null;
  /** What stands in the environment of the commands of the source, secrets included; absent: there are none. */
  environment?: { variables: Record<string, string>; secrets: string[] };
}
