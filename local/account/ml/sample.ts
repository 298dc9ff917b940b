import type { Cell } from "./model.ts";

/** A training row: its label and its features. */
export interface Example {
  label: string;
  row: Cell[];
  /** Made of what the row says, so that no order of arrival matters; 53 bits. */
  hash: number;
}

/** Rows and cells that one training holds at most. */
export const MOST_ROWS = 100_000;
const MOST_CELLS = 4_000_000;

/**
 * Keeps the examples with the smallest hashes: a sample that is the same in whatever order the rows come, of bounded
 * size whatever their number.
 */
export class Sample {
  readonly #most: number;
  #kept: Example[] = [];
  #seen = 0;

  constructor(columns: number, most = MOST_ROWS) {
    this.#most = Math.max(1, Math.min(most, Math.floor(MOST_CELLS / Math.max(1, columns))));
  }

  get seen(): number {
    return this.#seen;
  }

  add(label: string, row: Cell[]): void {
    this.#seen++;
    this.#kept.push({ label, row, hash: hashOf(label, row) });
    if (this.#kept.length >= 2 * this.#most) this.#kept = this.#smallest();
  }

  /** The sample, in an order that only what the rows say decides. */
  examples(): Example[] {
    return this.#smallest();
  }

  #smallest(): Example[] {
    return this.#kept.sort((a, b) => a.hash - b.hash).slice(0, this.#most);
  }
}

function hashOf(label: string, row: readonly Cell[]): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  const take = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x5bd1e995);
      low ^= low >>> 15;
    }
    high = Math.imul(high ^ 0x1f, 0x01000193);
    low = Math.imul(low ^ 0x1f, 0x5bd1e995);
  };
  take(label);
  for (const cell of row) take(cell === null ? "\0" : String(cell));
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b);
  high ^= high >>> 13;
  return ((high >>> 11) >>> 0) * 0x100000000 + (low >>> 0);
}
