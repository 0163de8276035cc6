// Takes one file out of a zip archive (a Python wheel) without unpacking the rest and without another program.
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";

const endRecordBytes = 22;
const longestComment = 65_535;
const directoryEntryBytes = 46;
const localHeaderBytes = 30;

/** A stream of the member's bytes, unpacked. Throws where the archive can't be read or doesn't hold it. Zip64 is not read. */
export async function openZipMember(archivePath: string, member: string): Promise<Readable> {
  const file = await open(archivePath, "r");
  try {
    const entry = await findEntry(file, member);
    if (!entry) throw new Error(`The archive holds no ${member}.`);
    const header = await readAt(file, entry.headerOffset, localHeaderBytes);
    const start = entry.headerOffset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = createReadStream(archivePath, { start, end: start + entry.packedBytes - 1 });
    if (entry.method === 0) return packed;
    if (entry.method !== 8) throw new Error(`The archive packs ${member} in a way that isn't known here.`);
    const unpacked = createInflateRaw();
    packed.on("error", (error) => unpacked.destroy(error));
    return packed.pipe(unpacked);
  } finally {
    await file.close();
  }
}

interface ZipEntry {
  readonly method: number;
  readonly packedBytes: number;
  readonly headerOffset: number;
}

async function findEntry(file: FileHandle, member: string): Promise<ZipEntry | undefined> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, endRecordBytes + longestComment);
  const tail = await readAt(file, size - tailBytes, tailBytes);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + endRecordBytes > tail.length) throw new Error("The archive has no directory: it isn't whole.");
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  for (let at = 0; at + directoryEntryBytes <= directory.length; ) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + directoryEntryBytes, at + directoryEntryBytes + nameBytes);
    if (name === member) {
      return {
        method: directory.readUInt16LE(at + 10),
        packedBytes: directory.readUInt32LE(at + 20),
        headerOffset: directory.readUInt32LE(at + 42),
      };
    }
    at += directoryEntryBytes + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return undefined;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new Error("The archive ends too early.");
  return buffer;
}
