import iconv from 'iconv-lite';
import { compressSync, uncompressSync as nativeUncompress } from 'lz4-napi';
import { describe, expect, test } from 'vitest';
import { uncompressSync } from '../../../lib/infra/bundles/stand-ins/lz4-block.ts';
import textDecoding from '../../../lib/infra/bundles/stand-ins/text-decoding.ts';

describe('what stands in for packages inside the functions', () => {
  const texts = ['', 'a', 'abcabcabcabcabcabcabcabcabcabc', 'x'.repeat(100_000)];
  const random = Buffer.from(Array.from({ length: 70_000 }, (_unused, index) => (index * 7919) % 251));

  test('decompresses lz4 blocks as the native package does', () => {
    for (const content of [...texts.map((text) => Buffer.from(text)), random]) {
      const block = compressSync(content);

      expect(uncompressSync(block).equals(nativeUncompress(block))).toBe(true);
      expect(uncompressSync(block).equals(content)).toBe(true);
    }
  });

  test('refuses a damaged lz4 block instead of reading beyond it', () => {
    const block = compressSync(Buffer.from('abcabcabcabcabcabcabcabcabcabcabcabc-end'));

    expect(() => uncompressSync(block.subarray(0, block.length - 8))).toThrow(RangeError);
    const foreign = Buffer.concat([block.subarray(0, 4), Buffer.from([0x10, 0x61, 0xff, 0xff])]);
    expect(() => uncompressSync(foreign)).toThrow('a match reaches beyond the block');
  });

  test.each([
    ['cp932', '表示テスト'],
    ['cp950', '資料庫'],
    ['cp936', '数据库'],
    ['cp949', '데이터베이스'],
    ['gb18030', '数据库'],
    ['win1251', 'заказы'],
    ['koi8r', 'заказы'],
    ['cp866', 'заказы'],
    ['latin2', 'zákazník'],
    ['iso88595', 'заказы'],
    ['eucjp', '表示'],
    ['gb2312', '数据'],
  ])('decodes %s as iconv-lite does, also in pieces', (encoding, text) => {
    const bytes = iconv.encode(text, encoding);
    const decoder = textDecoding.getDecoder(encoding);
    const pieces = [...bytes].map((byte) => decoder.write(Buffer.from([byte])));

    expect(textDecoding.decode(bytes, encoding)).toBe(text);
    expect(pieces.join('') + decoder.end()).toBe(text);
  });
});
