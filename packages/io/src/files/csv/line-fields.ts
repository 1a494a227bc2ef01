/** Where the fields of a CSV line lie, as bytes: `a,"b c",` has three. */
const QUOTE = 0x22;
const COMMA = 0x2c;
const CARRIAGE_RETURN = 0x0d;

export class LineFields {
  /** Field `i` is `bytes[starts[i] .. ends[i])`, without quotes. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  count = 0;

  /** Finds the fields of a line; false where it takes more than a look at each byte: quotes within quotes, a quote or CR within a field. */
  find(bytes: Uint8Array, start: number, end: number): boolean {
    const { starts, ends } = this;
    let count = 0;
    let at = start;
    for (;;) {
      const isQuoted = bytes[at] === QUOTE && at < end;
      if (isQuoted) at++;
      starts[count] = at;
      for (; at < end; at++) {
        const byte = bytes[at]!;
        if (byte > COMMA) continue;
        if (byte === QUOTE || byte === CARRIAGE_RETURN || (byte === COMMA && !isQuoted)) break;
      }
      ends[count++] = at;
      if (isQuoted) {
        if (at === end || bytes[at] !== QUOTE) return false;
        at++;
      }
      if (at === end) break;
      if (bytes[at] !== COMMA) return false;
      at++;
    }
    this.count = count;
    return true;
  }

  /** The fields as text. */
  texts(bytes: Buffer): string[] {
    const texts: string[] = [];
    for (let i = 0; i < this.count; i++) {
      texts.push(bytes.toString('utf8', this.starts[i], this.ends[i]));
    }
    return texts;
  }
}
