/** Pages as they were before compression: zlib's native gzip, brotli and zstd; snappy (WASM) and LZ4 from hyparquet. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet/src/types.js';
import { compressors } from 'hyparquet-compressors';
import { Damage } from '../../internal/damage.ts';

/** zlib takes no smaller chunks than this, either. */
const CHUNK_ROOM_BYTES = 64;

/**
 * The bytes of a page, which must be `sizeBytes` long. For UNCOMPRESSED it is `input` itself.
 * The caller has bounded `sizeBytes`; no codec writes more.
 */
export function decompressPage(
  codec: CompressionCodec,
  input: Uint8Array,
  sizeBytes: number,
): Uint8Array {
  if (sizeBytes === 0) return new Uint8Array(0);
  const output = decompress(codec, input, sizeBytes);
  if (output.length !== sizeBytes) {
    throw new Damage(`a page of ${output.length} bytes, where its header says ${sizeBytes}`);
  }
  return output;
}

function decompress(codec: CompressionCodec, input: Uint8Array, sizeBytes: number): Uint8Array {
  // One chunk with room for the page and more: zlib would else gather it from chunks of 16 KiB, or look for more.
  const limit = { maxOutputLength: sizeBytes, chunkSize: sizeBytes + CHUNK_ROOM_BYTES };
  switch (codec) {
    case 'UNCOMPRESSED':
      return input;
    case 'GZIP':
      return gunzipSync(input, limit);
    case 'BROTLI':
      return brotliDecompressSync(input, limit);
    case 'ZSTD':
      return zstdDecompressSync(input, limit);
    case 'SNAPPY':
    case 'LZ4':
    case 'LZ4_RAW':
      return compressors[codec]!(input, sizeBytes);
    case 'LZO':
      throw new Damage('compressed with LZO, which is not supported: write it with zstd or snappy');
    default:
      throw new Damage(`unknown compression ${String(codec satisfies never)}`);
  }
}

/** Smaller arrays may lie in a buffer that others share. */
const RELEASED_BYTES_MIN = 1 << 16;

/**
 * Gives back the memory of a page that nobody reads any more. Left to the garbage collector, a megabyte a page and column makes it
 * run every few row groups, and that costs a fifth of a backfill.
 */
export function releasePage(page: Uint8Array): void {
  const { buffer } = page;
  if (page.length >= RELEASED_BYTES_MIN && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
