/** Points of one track as columns that grow: timestamps in ms, and values. */
export class PointColumns {
  length = 0;
  timestampsMs: Float64Array = new Float64Array(256);
  values: Float64Array = new Float64Array(256);

  push(timestampMs: number, value: number): void {
    if (this.length === this.values.length) this.reserve(this.length + 1);
    this.timestampsMs[this.length] = timestampMs;
    this.values[this.length++] = value;
  }

  /** Makes room for so many points, and for twice those before if that is more. */
  reserve(points: number): void {
    if (points <= this.values.length) return;
    const capacity = Math.max(points, this.values.length * 2);
    const timestampsMs = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    timestampsMs.set(this.timestampsMs);
    values.set(this.values);
    this.timestampsMs = timestampsMs;
    this.values = values;
  }
}
