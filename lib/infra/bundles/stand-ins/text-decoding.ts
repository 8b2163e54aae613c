/**
 * Stands in for `iconv-lite` (480 kB of tables) inside Lambda bundles: a Lambda looks at the beginning of a dump
 * only, and Node brings the WHATWG encodings along. What it does not know passes as Latin-1: names in comments may
 * read wrong, nothing is refused for it.
 */

/** iconv-lite's names that are not WHATWG labels themselves (encoding.spec.whatwg.org). */
const labels: Record<string, string> = {
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp866: 'ibm866',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
};

/** `win1251` and `windows1251` → `windows-1251`, `iso88595` → `iso-8859-5`, `latin2` → `latin2`. */
const labelOf = (name: string): string =>
  labels[name] ??
  name.replace(/^(?:win|windows)(\d+)$/, 'windows-$1').replace(/^iso8859(\d+)$/, 'iso-8859-$1');

const isKnown = (label: string): boolean => {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
};

const decoderOf = (name: string): InstanceType<typeof TextDecoder> =>
  new TextDecoder(isKnown(labelOf(name)) ? labelOf(name) : 'latin1');

export default {
  encodingExists: (name: string): boolean => isKnown(labelOf(name)),
  decode: (bytes: Uint8Array, name: string): string => decoderOf(name).decode(bytes),
  getDecoder(name: string): { write(piece: Uint8Array): string; end(): string } {
    const decoder = decoderOf(name);
    return { write: (piece) => decoder.decode(piece, { stream: true }), end: () => decoder.decode() };
  },
};
