/** The block decoder inside unbzip2-stream, for which @types/unbzip2-stream has no types. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  /** Gives the next bits; null goes on to the next whole byte. */
  type Bits = (count: number | null) => number;

  const bzip2: {
    /** Reads the head of a stream. @returns its level, 1 to 9 */
    header(bits: Bits): number;
    /**
     * Reads one block or the end of the stream.
     * @param content takes the block's bytes @param work of 100,000 numbers for each level
     * @returns the checksum so far; null at the end of the stream, whose checksum it has verified
     */
    decompress(
      bits: Bits,
      content: (byte: number) => void,
      work: Int32Array,
      workLength: number,
      checksum: number,
    ): number | null;
  };
  export default bzip2;
}
