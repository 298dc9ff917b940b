import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Outcome, ResultColumn, StatementKind, Value } from "../session/outcome.ts";
import { jsonRows } from "./json-rows.ts";
import type { EncodingOptions } from "./row-encoding.ts";
import type { ChunkBody, RowsFormat } from "./rows-format.ts";

const compress = promisify(gzip);
const expand = promisify(gunzip);

export interface Chunk {
  /** File name in the store's folder; also what its download address ends with. Not guessable. */
  name: string;
  rowCount: number;
  uncompressedSize: number;
  compressedSize: number;
}

/** A finished result: its first rows inline as text, the others in gzipped chunk files. */
export interface StoredResult {
  queryId: string;
  userId: number;
  kind: StatementKind;
  columns: ResultColumn[];
  rowCount: number;
  format: RowsFormat;
  /** As the format writes rows within an answer; empty where there are none. */
  inline: string;
  inlineRows: number;
  chunks: Chunk[];
  finishedOn: number;
}

/** Characters: what is answered at once, and the size of chunks (they grow so that few are needed). */
const INLINE_LIMIT = 1_000_000;
const FIRST_CHUNK = 2_000_000;
const LARGEST_CHUNK = 16_000_000;

/**
 * Results of the last statements, for the driver's chunk downloads, for asynchronous queries and for RESULT_SCAN.
 * Rows are written as they come, so memory holds at most one chunk whatever the result's size.
 */
export class ResultStore {
  readonly #folder: string;
  readonly #results = new Map<string, StoredResult>();
  readonly #limits: { results: number; inlineBytes: number; chunkBytes: number };
  #inlineBytes = 0;
  #chunkBytes = 0;
  #folderMade = false;

  constructor(folder: string, limits = { results: 10_000, inlineBytes: 64e6, chunkBytes: 8e9 }) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Drains the outcome. `check` runs between batches and throws when the statement was cancelled. */
  async store(
    queryId: string,
    userId: number,
    outcome: Outcome,
    options: EncodingOptions,
    finishedOn: () => number,
    check: () => void,
    format: RowsFormat = jsonRows,
  ): Promise<StoredResult> {
    const writer = format.writer(outcome.columns, options);
    const chunks: Chunk[] = [];
    let inline = "";
    let inlineRows = 0;
    let rowCount = 0;
    let target = INLINE_LIMIT;
    const flush = async () => {
      const { rows } = writer;
      if (rows === 0) return;
      if (rowCount === rows) {
        inline = format.inline(writer.take());
        inlineRows = rows;
        target = FIRST_CHUNK;
      } else {
        chunks.push(await this.#writeChunk(writer.take(), rows));
        target = Math.min(target * 2, LARGEST_CHUNK);
      }
    };
    try {
      for await (const batch of outcome.rows) {
        check();
        for (const row of batch) {
          writer.add(row);
          rowCount++;
          if (writer.size >= target) await flush();
        }
      }
      await flush();
    } catch (error) {
      await Promise.all(chunks.map((chunk) => this.#dropChunk(chunk)));
      throw error;
    }
    const result: StoredResult = {
      queryId,
      userId,
      kind: outcome.kind,
      columns: outcome.columns,
      rowCount,
      format,
      inline,
      inlineRows,
      chunks,
      finishedOn: finishedOn(),
    };
    this.#keep(result);
    return result;
  }

  get(queryId: string): StoredResult | undefined {
    return this.#results.get(queryId);
  }

  /** Rows of a stored result as values, a chunk at a time. */
  async *rows(result: StoredResult): AsyncIterable<Value[][]> {
    const { format, columns } = result;
    if (result.inlineRows > 0) yield await format.read(format.fromInline(result.inline), columns);
    for (const chunk of result.chunks)
      yield await format.read(await expand(await readFile(join(this.#folder, chunk.name))), columns);
  }

  /** Path of a chunk file, or undefined when no stored result has it. */
  chunkPath(name: string): string | undefined {
    return /^[0-9a-f]{48}$/.test(name) ? join(this.#folder, name) : undefined;
  }

  close(): void {
    if (this.#folderMade) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #writeChunk(body: ChunkBody, rowCount: number): Promise<Chunk> {
    // Each time: a sweep of temporary files may have taken the folder from a long-lived account.
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#folderMade = true;
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    const compressed = await compress(bytes, { level: 1 });
    const name = randomBytes(24).toString("hex");
    await writeFile(join(this.#folder, name), compressed, { mode: 0o600 });
    this.#chunkBytes += compressed.length;
    return {
      name,
      rowCount,
      uncompressedSize: bytes.length,
      compressedSize: compressed.length,
    };
  }

  async #dropChunk(chunk: Chunk): Promise<void> {
    this.#chunkBytes -= chunk.compressedSize;
    await rm(join(this.#folder, chunk.name), { force: true });
  }

  #keep(result: StoredResult): void {
    this.#results.set(result.queryId, result);
    this.#inlineBytes += result.inline.length;
    for (const [id, old] of this.#results) {
      if (
        this.#results.size <= this.#limits.results &&
        this.#inlineBytes <= this.#limits.inlineBytes &&
        this.#chunkBytes <= this.#limits.chunkBytes
      )
        break;
      if (id === result.queryId) break;
      this.#results.delete(id);
      this.#inlineBytes -= old.inline.length;
      for (const chunk of old.chunks) void this.#dropChunk(chunk);
    }
  }
}
