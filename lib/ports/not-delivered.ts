/**
 * A notice did not reach one who should have heard of it. Its message may be told and logged everywhere: it holds kinds of
 * targets, statuses, codes and names of secrets; never an address, a body or a secret.
 */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
}
