/** A private key at hand. Adapters: lib/adapters/seals/. */
export interface Signer {
  /** SHA-256 of the public key (DER, SubjectPublicKeyInfo), hexadecimal. */
  keyId: string;
  /** Ed25519 over the message, or ECDSA over its SHA-256 in DER. @throws DrillError SEAL_UNSIGNED */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The key that seals are signed with here; null: there is none. @throws DrillError SEAL_UNSIGNED when it cannot be used */
export type FindSigner = () => Promise<Signer | null>;
