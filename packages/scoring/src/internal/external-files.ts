/**
 * Files beside a model in which its tensors lie: the `location` of every tensor with `data_location` EXTERNAL, wherever in the graph
 * it is (onnx.proto of ONNX 1.20).
 *
 * A walk by lengths: what tensors hold is passed over, not read.
 */
import { WindrowError } from '@windrow/core';
import type { ProtobufReader } from './protobuf-reader.ts';
import { pathFault } from './relative-path.ts';

const FILES_MAX = 4096;
/** Graphs in attributes of nodes of graphs. */
const DEPTH_MAX = 64;
/** A graph, a node and an attribute. */
const MESSAGES_A_GRAPH = 3;
const EXTERNAL = 1;

/** Which fields of a message lead to tensors: number of the field to kind of message. */
interface Kind {
  readonly fields: ReadonlyMap<number, Kind | 'tensor'>;
}

const attributeFields = new Map<number, Kind | 'tensor'>();
const node: Kind = { fields: new Map([[5, { fields: attributeFields }]]) };
const sparse: Kind = {
  fields: new Map([
    [1, 'tensor'],
    [2, 'tensor'],
  ]),
};
const graph: Kind = {
  fields: new Map<number, Kind | 'tensor'>([
    [1, node],
    [5, 'tensor'],
    [15, sparse],
  ]),
};
for (const [field, kind] of [
  [5, 'tensor'],
  [6, graph],
  [10, 'tensor'],
  [11, graph],
  [22, sparse],
  [23, sparse],
] as const) {
  attributeFields.set(field, kind);
}
const modelFunction: Kind = { fields: new Map([[7, node]]) };

/** Gathers the locations of a model. */
export class ExternalFiles {
  readonly #locations: Set<string> = new Set();

  /** Relative paths inside of the model's folder, each once. */
  get locations(): readonly string[] {
    return [...this.#locations];
  }

  /** @throws WindrowError FORMAT on a location outside of the model's folder, and beyond the limits */
  addGraph(reader: ProtobufReader): void {
    this.#walk(reader, graph, 0);
  }

  /** A FunctionProto. */
  addFunction(reader: ProtobufReader): void {
    this.#walk(reader, modelFunction, 0);
  }

  #walk(reader: ProtobufReader, { fields }: Kind, depth: number): void {
    if (depth > MESSAGES_A_GRAPH * DEPTH_MAX) {
      throw new WindrowError('FORMAT', `found graphs nested more than ${DEPTH_MAX} deep`);
    }
    while (reader.next()) {
      const kind = fields.get(reader.field);
      if (kind === undefined) reader.skip();
      else if (kind === 'tensor') this.#addTensor(reader.message());
      else this.#walk(reader.message(), kind, depth + 1);
    }
  }

  #addTensor(reader: ProtobufReader): void {
    let location: string | null = null;
    let isExternal = false;
    while (reader.next()) {
      if (reader.field === 14) isExternal = reader.integer() === EXTERNAL;
      else if (reader.field === 13) location = readLocation(reader.message()) ?? location;
      else reader.skip();
    }
    if (!isExternal) return;
    const fault = location === null ? 'none' : pathFault(location);
    if (location === null || fault !== null) {
      throw new WindrowError('FORMAT', `location of external data: found ${fault}`);
    }
    this.#locations.add(location);
    if (this.#locations.size > FILES_MAX) {
      throw new WindrowError('FORMAT', `found more than ${FILES_MAX} external data files`);
    }
  }
}

/** The value of a StringStringEntryProto with the key `location`. */
function readLocation(reader: ProtobufReader): string | null {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  return key === 'location' ? value : null;
}
