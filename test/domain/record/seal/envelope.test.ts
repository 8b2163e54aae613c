import { expect, test } from 'vitest';
import { signedBytes } from '../../../../lib/domain/record/seal/envelope.ts';

// The test vector of the specification: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
test('what is signed is the encoding of DSSE', () => {
  const bytes = signedBytes(new TextEncoder().encode('hello world'), 'http://example.com/HelloWorld');
  expect(new TextDecoder().decode(bytes)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});
