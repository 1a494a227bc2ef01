/** A `DataView` of exactly the bytes of `bytes`, which may be a slice at an odd offset of a larger buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
