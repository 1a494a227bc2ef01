/** Where the writers of apache-arrow leave their bytes, to be taken after each batch. */
import { AsyncByteQueue } from 'apache-arrow';

export class ByteCollector extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(chunk: Parameters<AsyncByteQueue['write']>[0]): void {
    // Buffers of the columns are used again for the next batch.
    if (chunk instanceof Uint8Array) this.#chunks.push(chunk.slice());
  }

  take(): Uint8Array[] {
    const taken = this.#chunks;
    this.#chunks = [];
    return taken;
  }
}
