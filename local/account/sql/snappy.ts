/** Snappy's raw format. Source: the format description of Google's snappy: a length, then literals and copies. */
const BLOCK = 65_536;
const HASH_BITS = 14;

/** Compresses: matches of four bytes and more within a block of 64 KiB become copies. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let rest = input.length; ; rest >>>= 7) {
    if (rest < 128) {
      out.push(rest);
      break;
    }
    out.push((rest & 127) | 128);
  }
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  for (let start = 0; start < input.length; start += BLOCK) {
    const end = Math.min(input.length, start + BLOCK);
    const seen = new Int32Array(1 << HASH_BITS).fill(-1);
    let at = start;
    let written = start;
    while (at + 4 <= end) {
      const word = view.getUint32(at, true);
      const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
      const candidate = seen[slot]!;
      seen[slot] = at;
      if (candidate < 0 || view.getUint32(candidate, true) !== word) {
        at++;
        continue;
      }
      let length = 4;
      while (at + length < end && input[candidate + length] === input[at + length]) length++;
      pushLiteral(out, input.subarray(written, at));
      pushCopy(out, at - candidate, length);
      at += length;
      written = at;
    }
    pushLiteral(out, input.subarray(written, end));
  }
  return Uint8Array.from(out);
}

function pushLiteral(out: number[], bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const size = bytes.length - 1;
  if (size < 60) out.push(size << 2);
  else if (size < 256) out.push(60 << 2, size);
  else out.push(61 << 2, size & 255, size >>> 8);
  for (const byte of bytes) out.push(byte);
}

/** Copies of up to 64 bytes, with an offset of two bytes. */
function pushCopy(out: number[], offset: number, length: number): void {
  for (let rest = length; rest > 0; ) {
    const part = Math.min(64, rest);
    out.push(((part - 1) << 2) | 2, offset & 255, offset >>> 8);
    rest -= part;
  }
}

/** The inverse; throws where the bytes are no Snappy data, or stand for more than `most`. */
export function decompressSnappy(input: Uint8Array, most: number): Uint8Array {
  let at = 0;
  const byte = (): number => {
    const value = input[at++];
    if (value === undefined) throw new Error("Snappy data ends too early");
    return value;
  };
  const little = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const next = byte();
    size += (next & 127) * 2 ** shift;
    if (next < 128) break;
    if (shift > 28) throw new Error("Snappy data with a length that is too long");
  }
  // A byte of input stands for 64 of output at most (and a copy takes two or more).
  if (size > most || size > input.length * 64) throw new Error("Snappy data shorter than its length says");
  const out = new Uint8Array(size);
  let written = 0;
  while (at < input.length) {
    const tag = byte();
    if ((tag & 3) === 0) {
      const short = tag >>> 2;
      const length = (short < 60 ? short : little(short - 59)) + 1;
      if (at + length > input.length || written + length > size) throw new Error("broken Snappy literal");
      out.set(input.subarray(at, at + length), written);
      at += length;
      written += length;
      continue;
    }
    const long = tag & 3;
    const length = long === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = long === 1 ? (tag >>> 5) * 256 + byte() : little(long === 2 ? 2 : 4);
    if (offset === 0 || offset > written || written + length > size) throw new Error("broken Snappy copy");
    for (let i = 0; i < length; i++, written++) out[written] = out[written - offset]!;
  }
  if (written !== size) throw new Error("Snappy data shorter than its length says");
  return out;
}
