/** An Arrow IPC file of record batches that others made, such as tensors; it appears whole. */
import { RecordBatchFileWriter, type RecordBatch, type Schema } from 'apache-arrow';
import { AtomicFile } from './atomic-file.ts';
import { ByteCollector } from './encode/byte-collector.ts';

export class RecordBatchFile {
  readonly path: string;
  readonly #file: AtomicFile;
  readonly #bytes: ByteCollector = new ByteCollector();
  readonly #writer: RecordBatchFileWriter = new RecordBatchFileWriter();

  private constructor(path: string, file: AtomicFile, schema: Schema) {
    this.path = path;
    this.#file = file;
    this.#writer.reset(this.#bytes, schema);
  }

  /**
   * Creates it under a temporary name.
   * @throws WindrowError OUTPUT for a folder, or a place that cannot be written
   */
  static async create(path: string, schema: Schema): Promise<RecordBatchFile> {
    return new RecordBatchFile(path, await AtomicFile.create(path), schema);
  }

  /** Writes a batch of the schema; its buffers are the caller's again afterwards. */
  async write(batch: RecordBatch): Promise<void> {
    this.#writer.write(batch);
    await this.#flush();
  }

  /** Ends the file and shows it under its name. */
  async commit(): Promise<void> {
    this.#writer.close();
    await this.#flush();
    await this.#file.commit();
  }

  /** Leaves nothing behind; does nothing after `commit`. */
  abort(): Promise<void> {
    return this.#file.abort();
  }

  async #flush(): Promise<void> {
    for (const chunk of this.#bytes.take()) await this.#file.write(chunk);
  }
}
