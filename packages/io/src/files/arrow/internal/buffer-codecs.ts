/** What unpacks the buffers of compressed Arrow batches: the library has a registry and no codecs of its own. */
import { zstdDecompressSync } from 'node:zlib';
import { CompressionType, compressionRegistry } from 'apache-arrow';
import { lz4FrameDecompress } from './lz4-frame.ts';
import { BODY_BYTES_MAX } from './message-guard.ts';

/** Output is joined from pieces of this size; a column of a batch mostly fits in a few. */
const CHUNK_BYTES = 1 << 18;

/** Makes zstd and LZ4 known; what writes such buffers stays as it is. */
export function registerBufferCodecs(): void {
  compressionRegistry.set(CompressionType.ZSTD, {
    ...compressionRegistry.get(CompressionType.ZSTD),
    decode: (bytes) =>
      zstdDecompressSync(bytes, { maxOutputLength: BODY_BYTES_MAX, chunkSize: CHUNK_BYTES }),
  });
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    ...compressionRegistry.get(CompressionType.LZ4_FRAME),
    decode: (bytes) => lz4FrameDecompress(bytes, BODY_BYTES_MAX),
  });
}
