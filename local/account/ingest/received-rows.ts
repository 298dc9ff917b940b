import { open } from "node:fs/promises";

/** Rows of a request (NDJSON), in a file as they came, and what is to be known of them. */
export interface ReceivedRows {
  lines: number;
  bytes: number;
  /** The first row's text; null without rows. */
  first: string | null;
}

const NEWLINE = 10;
const RETURN = 13;

/** Writes the body to the file piece by piece, so that a request takes as much memory as one piece. */
export async function receiveRows(body: AsyncIterable<Buffer>, file: string): Promise<ReceivedRows> {
  const handle = await open(file, "w", 0o600);
  const lines = new Lines();
  let bytes = 0;
  try {
    for await (const piece of body) {
      lines.add(piece);
      bytes += piece.length;
      for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
    }
  } finally {
    await handle.close();
  }
  lines.end();
  return { lines: lines.count, bytes, first: lines.first };
}

/** Counts lines that are not blank. */
class Lines {
  count = 0;
  first: string | null = null;
  /** Of the line that goes on: its length so far and its first byte. */
  #length = 0;
  #begins = 0;
  #head: Buffer[] = [];

  add(piece: Buffer): void {
    for (let at = 0; at < piece.length; ) {
      const end = piece.indexOf(NEWLINE, at);
      const stop = end < 0 ? piece.length : end;
      if (stop > at) {
        if (this.#length === 0) this.#begins = piece[at]!;
        this.#length += stop - at;
        if (this.first === null) this.#head.push(piece.subarray(at, stop));
      }
      if (end < 0) return;
      this.end();
      at = stop + 1;
    }
  }

  end(): void {
    const isBlank = this.#length === 0 || (this.#length === 1 && this.#begins === RETURN);
    if (!isBlank) {
      this.count++;
      this.first ??= Buffer.concat(this.#head).toString();
    }
    this.#length = 0;
    this.#head = [];
  }
}
