/** The lines of encoded JSON, without their ends. JSON as it is written here holds no line feed of its own. */

const LINE_FEED = 0x0a;

/** Views of the chunks, each of which ends with a line. */
export function jsonLines(chunks: Iterable<Uint8Array>): Buffer[] {
  const lines: Buffer[] = [];
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, start)) {
      lines.push(bytes.subarray(start, at));
      start = at + 1;
    }
  }
  return lines;
}
