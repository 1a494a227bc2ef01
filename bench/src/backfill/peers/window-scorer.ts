/** Windows in batches to onnxruntime-node, predictions to a Parquet file. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { quoted } from './duckdb-session.ts';
import type { PeerTask, Windows } from './peer-task.ts';

/** Windows of a run; the batch stays in the cache. */
const BATCH = 32;

export class WindowScorer {
  readonly #session: InferenceSession;
  readonly #rowLength: number;
  readonly #dims: readonly [number, number];
  readonly #batch: Float64Array<ArrayBuffer>;
  readonly #lines: number[] = [];
  readonly #endsS: number[] = [];
  readonly #values: number[] = [];

  private constructor(session: InferenceSession, windows: Windows) {
    this.#session = session;
    this.#dims = [windows.inputs[0]!.length, windows.sizeS];
    this.#rowLength = this.#dims[0] * this.#dims[1];
    this.#batch = new Float64Array(BATCH * this.#rowLength);
  }

  static async open(model: string, windows: Windows): Promise<WindowScorer> {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
    return new WindowScorer(session, windows);
  }

  /** Where the next window's cells go: input by input, oldest first. */
  get row(): Float64Array {
    const at = this.#waiting * this.#rowLength;
    return this.#batch.subarray(at, at + this.#rowLength);
  }

  get #waiting(): number {
    return this.#lines.length - this.#values.length;
  }

  /** Takes the window in `row`; to be awaited where it gives a promise. */
  commit(line: number, endS: number): Promise<void> | null {
    this.#lines.push(line);
    this.#endsS.push(endS);
    return this.#waiting === BATCH ? this.#run() : null;
  }

  async #run(): Promise<void> {
    const count = this.#waiting;
    if (count === 0) return;
    const data = this.#batch.subarray(0, count * this.#rowLength);
    const tensor = new Tensor('float64', data, [count, ...this.#dims]);
    const outputs = await this.#session.run({ [this.#session.inputNames[0]!]: tensor });
    const scores = outputs[this.#session.outputNames[0]!]!.data as Float64Array;
    for (const score of scores) this.#values.push(score);
  }

  /** Scores what waits and writes everything. */
  async finish(connection: DuckDBConnection, task: PeerTask, windows: Windows): Promise<void> {
    await this.#run();
    await connection.run(
      'CREATE TABLE predictions(metric_id VARCHAR, timestamp_ms BIGINT, value DOUBLE)',
    );
    const appender = await connection.createAppender('predictions');
    for (const [i, value] of this.#values.entries()) {
      appender.appendVarchar(windows.outputs[this.#lines[i]!]!);
      appender.appendBigInt(BigInt(this.#endsS[i]! * 1000));
      appender.appendDouble(value);
      appender.endRow();
    }
    appender.closeSync();
    await connection.run(`COPY predictions TO ${quoted(task.sink)} (FORMAT parquet)`);
  }
}
