import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { Principal, RecordPlace } from '../domain/record/provenance.ts';
import type { FindSigner } from './signer.ts';

/** Facts about the door itself, for the record. */
export interface Provenance {
  software: DrillRecord['software'];
  /** Where a drill's record is sealed. */
  placeOf(drillId: string): RecordPlace;
  /** What vouches for the name of whoever starts a drill. */
  operatorBasis: Principal['basis'];
  /** SHA-256 of a text's UTF-8, hexadecimal. */
  digest(text: string): string;
  /** The key that seals are signed with. */
  signer: FindSigner;
}
