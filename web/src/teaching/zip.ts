/** Folders as one file: as much of ZIP as a head needs. */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const DEFLATED = 8;
const UTF8 = 0x0800;
const VERSION = 20;
/** Midnight of 1 January 1980, ZIP's first day: the same content gives the same file. */
const DATE = 0x21;

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Pack files, uncompressed. */
export function pack(files: Files): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const encoded = new TextEncoder().encode(name);
    const shared = [UTF8, 0, 0, DATE];
    const sizes = [crc32(content), content.length, content.length];
    const local = fields(LOCAL, [VERSION, ...shared], sizes, [encoded.length, 0], []);
    const rest: [number[], number[]] = [[encoded.length, 0, 0, 0, 0], [0, offset]];
    directory.push(fields(CENTRAL, [VERSION, VERSION, ...shared], sizes, ...rest), encoded);
    parts.push(local, encoded, content);
    offset += local.length + encoded.length + content.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = fields(END, [0, 0, files.size, files.size], [length, offset], [0], []);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** A signature, then numbers of two bytes, of four, of two and of four again. */
function fields(
  signature: number,
  shorts: readonly number[],
  longs: readonly number[],
  moreShorts: readonly number[],
  moreLongs: readonly number[],
): Uint8Array<ArrayBuffer> {
  const size = 4 + 2 * (shorts.length + moreShorts.length) + 4 * (longs.length + moreLongs.length);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  const long = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  const short = (value: number): void => {
    view.setUint16(at, value, true);
    at += 2;
  };
  long(signature);
  shorts.forEach(short);
  longs.forEach(long);
  moreShorts.forEach(short);
  moreLongs.forEach(long);
  return new Uint8Array(view.buffer);
}

/** The files of an archive whose names end so, by that ending; null if it is none of ours. */
export async function unpack(
  archive: Uint8Array<ArrayBuffer>,
  endings: readonly string[],
  mostBytes: number,
): Promise<Files | null> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  if (end === null) return null;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) return null;
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength));
    const ending = endings.find((each) => name === each || name.endsWith(`/${each}`));
    if (ending !== undefined) {
      const content = await entry(archive, view, at, mostBytes);
      if (content === null) return null;
      files.set(ending, content);
    }
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

function findEnd(view: DataView): number | null {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 66_000); at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  return null;
}

async function entry(
  archive: Uint8Array<ArrayBuffer>,
  view: DataView,
  central: number,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const method = view.getUint16(central + 10, true);
  const packedSize = view.getUint32(central + 20, true);
  const size = view.getUint32(central + 24, true);
  const local = view.getUint32(central + 42, true);
  if (size > mostBytes || local + 30 > view.byteLength) return null;
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const packed = archive.slice(start, start + packedSize);
  if (method === 0) return packed;
  if (method !== DEFLATED) return null;
  return inflate(packed, mostBytes);
}

/** Inflate, but never to more than is allowed, whatever the archive claims. */
async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  mostBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.length;
    if (total > mostBytes) {
      await reader.cancel();
      return null;
    }
    parts.push(next.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The checksum of ZIP, bit by bit: a head is small. */
function crc32(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
