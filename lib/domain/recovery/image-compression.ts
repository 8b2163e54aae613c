/** What may compress the images of pages in WAL (`wal_compression`), beside pglz, which every server has. */
export type ImageCompression = 'lz4' | 'zstd';
