// The head of a GGUF file: what it says about its tokenizer. Only that is kept; the rest is stepped over, unread where
// its size is known. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { type FileFaults, shown } from "../huggingface/tokenizer-fault.js";

/** Up to `length` bytes of the file from `offset` on; fewer, or none, where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

export type GgufValue = number | boolean | string | readonly string[] | Float64Array;

/** By key: `tokenizer.ggml.tokens`. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

export const ggufMagic = "GGUF";

const bounds = {
  entries: 65_536,
  keyBytes: 65_535,
  textBytes: 16 * 1024 * 1024,
  items: 4_000_000,
  headBytes: 512 * 1024 * 1024,
} as const;

const keptPrefix = "tokenizer.ggml.";

interface NumberType {
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number;
}

/** By type number. Whole numbers of 64 bits lose what a double does not hold. */
const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [0, { bytes: 1, get: (view, at) => view.getUint8(at) }],
  [1, { bytes: 1, get: (view, at) => view.getInt8(at) }],
  [2, { bytes: 2, get: (view, at) => view.getUint16(at, true) }],
  [3, { bytes: 2, get: (view, at) => view.getInt16(at, true) }],
  [4, { bytes: 4, get: (view, at) => view.getUint32(at, true) }],
  [5, { bytes: 4, get: (view, at) => view.getInt32(at, true) }],
  [6, { bytes: 4, get: (view, at) => view.getFloat32(at, true) }],
  [7, { bytes: 1, get: (view, at) => view.getUint8(at) }],
  [10, { bytes: 8, get: (view, at) => Number(view.getBigUint64(at, true)) }],
  [11, { bytes: 8, get: (view, at) => Number(view.getBigInt64(at, true)) }],
  [12, { bytes: 8, get: (view, at) => view.getFloat64(at, true) }],
]);
const booleanType = 7;
const textType = 8;
const listType = 9;

/** @throws TrunklineError `invalid_request` where the file is none of versions 2 and 3, is cut off or out of bounds. */
export function readGgufMetadata(read: ReadAt, faults: FileFaults): GgufMetadata {
  const reader = new HeadReader(read, faults);
  if (reader.text(4) !== ggufMagic) throw faults.damaged("it is no GGUF file");
  const version = reader.number(4);
  if (version !== 2 && version !== 3) throw faults.unsupported(`version ${version} of GGUF`);
  reader.number(10);
  const entries = reader.count(bounds.entries, "entries");
  const metadata = new Map<string, GgufValue>();
  for (let entry = 0; entry < entries; entry++) {
    const key = reader.text(reader.count(bounds.keyBytes, "bytes in a key"));
    const type = reader.number(4);
    const isKept = key.startsWith(keptPrefix);
    if (type === listType) {
      const list = readList(reader, isKept, key, faults);
      if (list !== undefined) metadata.set(key, list);
    } else if (type === textType) {
      const length = reader.count(bounds.textBytes, "bytes in a text");
      if (isKept) metadata.set(key, reader.text(length));
      else reader.skip(length);
    } else {
      const value = reader.number(type);
      if (isKept) metadata.set(key, type === booleanType ? value !== 0 : value);
    }
  }
  return metadata;
}

function readList(
  reader: HeadReader,
  isKept: boolean,
  key: string,
  faults: FileFaults,
): readonly string[] | Float64Array | undefined {
  const type = reader.number(4);
  const items = reader.count(bounds.items, "items in a list");
  if (type === textType) {
    const texts: string[] = [];
    for (let item = 0; item < items; item++) {
      const length = reader.count(bounds.textBytes, "bytes in a text");
      if (isKept) texts.push(reader.text(length));
      else reader.skip(length);
    }
    return isKept ? texts : undefined;
  }
  const bytes = numberTypes.get(type)?.bytes;
  if (bytes === undefined) throw faults.damaged(`its entry ${shown(key)} is a list of an unknown type`);
  if (!isKept) {
    reader.skip(bytes * items);
    return undefined;
  }
  const numbers = new Float64Array(items);
  for (let item = 0; item < items; item++) numbers[item] = reader.number(type);
  return numbers;
}

const chunkBytes = 1024 * 1024;

/** Goes through the file's head, a chunk at a time. */
class HeadReader {
  private chunk: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private chunkAt = 0;
  private at = 0;
  private readonly read: ReadAt;
  private readonly faults: FileFaults;

  constructor(read: ReadAt, faults: FileFaults) {
    this.read = read;
    this.faults = faults;
  }

  number(type: number): number {
    const kind = numberTypes.get(type);
    if (kind === undefined) throw this.faults.damaged(`it has a value of the unknown type ${type}`);
    const from = this.take(kind.bytes);
    return kind.get(this.view, from);
  }

  /** A 64-bit count that is checked before anything is made of it. */
  count(most: number, what: string): number {
    const count = this.number(10);
    if (count > most) throw this.faults.damaged(`it claims ${count} ${what}, and ${most} is the most`);
    return count;
  }

  text(length: number): string {
    const from = this.take(length);
    return this.chunk.toString("utf8", from, from + length);
  }

  skip(length: number): void {
    this.at += length;
    if (this.at > bounds.headBytes) throw this.faults.damaged("its head is too large");
  }

  /** Where the next bytes are in the chunk. They are taken. */
  private take(length: number): number {
    let from = this.at - this.chunkAt;
    if (from < 0 || from + length > this.chunk.length) {
      const bytes = this.read(this.at, Math.max(chunkBytes, length));
      this.chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.chunkAt = this.at;
      from = 0;
      if (this.chunk.length < length) throw this.faults.damaged("it is cut off");
    }
    this.skip(length);
    return from;
  }
}
