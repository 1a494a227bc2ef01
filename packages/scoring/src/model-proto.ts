/**
 * What the head of an ONNX file says about itself and onnxruntime-node does not hand on: custom metadata, versions, who
 * wrote it, and the files that belong to it.
 *
 * A walk over ModelProto (onnx.proto of ONNX 1.20); of the graph only external data is looked for, tensors are passed over by their
 * length. Inputs and outputs come from the runtime.
 */
import { WindrowError } from '@windrow/core';
import { ExternalFiles } from './internal/external-files.ts';
import { ProtobufReader } from './internal/protobuf-reader.ts';

/** Limits on what a file may hold. 65 536 metric ids in one value are 2.5 MB. */
const METADATA_ENTRIES_MAX = 4096;
const METADATA_LENGTH_MAX = 16 << 20;
const OPSETS_MAX = 1024;

/** Field numbers of ModelProto. */
const IR_VERSION = 1;
const PRODUCER_NAME = 2;
const PRODUCER_VERSION = 3;
const GRAPH = 7;
const OPSET_IMPORT = 8;
const METADATA_PROPS = 14;
const FUNCTIONS = 25;

export interface ModelProto {
  readonly irVersion: number;
  /** As the exporter wrote them; empty where it wrote nothing. */
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version by operator domain; `ai.onnx` is the default domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** `metadata_props`; of a key that stands twice the last value. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Files that hold tensors of the model: relative paths inside of its folder, each once. */
  readonly externalFiles: readonly string[];
}

/**
 * Reads the head of an ONNX file.
 * @param bytes the whole file
 * @throws WindrowError FORMAT on bytes that are cut short, or are no ModelProto with a graph, or beyond the limits
 */
export function readModelProto(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) {
    throw new WindrowError('FORMAT', 'found an empty file, expected an ONNX model');
  }
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  let graphBytes = 0;
  let metadataLength = 0;
  const external = new ExternalFiles();
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const reader = new ProtobufReader(bytes);
  while (reader.next()) {
    switch (reader.field) {
      case IR_VERSION:
        irVersion = reader.integer();
        break;
      case PRODUCER_NAME:
        producerName = reader.text();
        break;
      case PRODUCER_VERSION:
        producerVersion = reader.text();
        break;
      case GRAPH: {
        const graph = reader.message();
        graphBytes = graph.sizeBytes;
        external.addGraph(graph);
        break;
      }
      case FUNCTIONS:
        external.addFunction(reader.message());
        break;
      case OPSET_IMPORT: {
        const [domain, version] = readOpset(reader.message());
        opsets.set(domain, version);
        limit('opset_import entries', opsets.size, OPSETS_MAX);
        break;
      }
      case METADATA_PROPS: {
        const [key, value] = readEntry(reader.message());
        metadata.set(key, value);
        metadataLength += key.length + value.length;
        limit('metadata_props entries', metadata.size, METADATA_ENTRIES_MAX);
        limit('characters of metadata_props', metadataLength, METADATA_LENGTH_MAX);
        break;
      }
      default:
        reader.skip();
    }
  }
  if (irVersion === 0 || graphBytes === 0) {
    const missing = irVersion === 0 ? 'ir_version' : 'graph';
    throw new WindrowError('FORMAT', `found no ${missing}, expected an ONNX model`);
  }
  return {
    irVersion,
    producerName,
    producerVersion,
    opsets,
    metadata,
    externalFiles: external.locations,
  };
}

/** OperatorSetIdProto: domain = 1, version = 2. */
function readOpset(reader: ProtobufReader): [domain: string, version: number] {
  let domain = '';
  let version = 0;
  while (reader.next()) {
    if (reader.field === 1) domain = reader.text();
    else if (reader.field === 2) version = reader.integer();
    else reader.skip();
  }
  return [domain === '' ? 'ai.onnx' : domain, version];
}

/** StringStringEntryProto: key = 1, value = 2. */
function readEntry(reader: ProtobufReader): [key: string, value: string] {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  return [key, value];
}

function limit(what: string, count: number, max: number): void {
  if (count <= max) return;
  throw new WindrowError('FORMAT', `found more than ${max} ${what}, expected at most ${max}`);
}
