import type { Row } from "../source.ts";
import type { Universe } from "../world.ts";
import type { KpiTruth } from "./types.ts";

/** Large tables of the truth, by name; each is written beside the document as JSON lines. */
export type Tables = { readonly [name: string]: readonly Row[] };

/** A piece of the truth that can be told when the named sources are delivered. */
export interface TruthPart {
  readonly needs: readonly string[];
  tell(universe: Universe, lastDay: number): { readonly kpis?: Partial<KpiTruth>; readonly tables?: Tables };
}

/** Sums by key, listed in code-point order of the keys. */
export class Totals {
  readonly #sums = new Map<string, { count: number; cents: bigint }>();

  add(key: string, cents = 0, count = 1): void {
    const sum = this.#sums.get(key) ?? { count: 0, cents: 0n };
    sum.count += count;
    sum.cents += BigInt(cents);
    this.#sums.set(key, sum);
  }

  list(): { readonly key: string; readonly count: number; readonly cents: bigint }[] {
    return [...this.#sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { count, cents }]) => ({ key, count, cents }));
  }
}
