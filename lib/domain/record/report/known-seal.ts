/** What whoever renders a report knows of the seal of its drill. */
export type KnownSeal =
  /** The report is made together with its seal: it is one of the files that are signed with this key. */
  | { state: 'sealing'; keyId: string }
  /** There is none, or there will be none. */
  | { state: 'none' }
  | { state: 'unread'; why: string }
  | FoundSeal;

/** A seal that lies beside the record, read by who makes a report anew: the report is none of the files that it is of. */
export interface FoundSeal {
  state: 'found';
  /** Key that verified it, or that it names. */
  keyId: string;
  verification: SealVerification;
  /** Whether the record has the SHA-256 that the seal names for record.json. */
  ofThisRecord: boolean;
}

/** What verifying the signature came to, when the report was made. */
export type SealVerification =
  | 'valid by a key that was given'
  | 'valid by the key of this machine'
  | 'no key was given'
  | 'another key'
  | 'altered';

/** Whether it is signed, in sentences: with the key, what vouches for it, and what was verified. The key is in backticks. */
export function sealSentences(seal: KnownSeal): string {
  switch (seal.state) {
    case 'sealing':
      return `Signed with the key \`${seal.keyId}\`.`;
    case 'none':
      return 'Not signed. Nothing but the place where it is kept protects it from being changed.';
    case 'unread':
      return `Whether the record is signed is not known: ${seal.why}.`;
    case 'found':
      return `${foundSentence(seal)} This report was made anew from the record and is not part of the seal.`;
  }
}

function foundSentence({ keyId, verification, ofThisRecord }: FoundSeal): string {
  const signed = `The record was signed with the key \`${keyId}\``;
  const named = ofThisRecord
    ? 'The seal names the SHA-256 of this record'
    : 'THE SEAL IS OF ANOTHER RECORD: it names another SHA-256 than this one has';
  switch (verification) {
    case 'valid by a key that was given':
      return `${signed}, verified with the public key that was given for this report. ${named}.`;
    case 'valid by the key of this machine':
      return `${signed}, verified with the key of the machine that made this report, which proves nothing to others. ${named}.`;
    case 'no key was given':
      return `It says that it is signed with the key \`${keyId}\`. This was not verified: no key was given. ${named}.`;
    case 'another key':
      return `It says that it is signed with the key \`${keyId}\`. This could not be verified: another key was given. ${named}.`;
    case 'altered':
      return `THE SIGNATURE DOES NOT HOLD: it names the key \`${keyId}\`, and what it signed was altered. ${named}.`;
  }
}
