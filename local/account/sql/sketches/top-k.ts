/**
 * States of APPROX_TOP_K: the most frequent values with their counts, as many as there are counters. Source:
 * "APPROX_TOP_K_ACCUMULATE" and its siblings; the content of a state is each system's own.
 */
interface State {
  type: "topkstate";
  version: 1;
  counters: number;
  /** `[value, count]`, the most frequent first. */
  state: [unknown, number][];
}

const most = (counts: Map<string, number>, counters: number): State["state"] =>
  [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, counters)
    .map(([value, count]) => [JSON.parse(value), count]);

const print = (counters: number, state: State["state"]): string =>
  JSON.stringify({ type: "topkstate", version: 1, counters, state } satisfies State);

/** From `[value as JSON text, count]` (a JSON array). */
export function topKState(counted: string, counters: string): string {
  const counts = new Map((JSON.parse(counted) as [string, number][]).map(([v, n]) => [v, Number(n)]));
  return print(Number(counters), most(counts, Number(counters)));
}

/** States (a JSON array) as one; without counters of its own it has the most of theirs. */
export function combineTopK(states: string, counters: string): string {
  const all = JSON.parse(states) as State[];
  const counts = new Map<string, number>();
  for (const { state } of all)
    for (const [value, count] of state) {
      const key = JSON.stringify(value);
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  const own = counters === "" ? Math.max(1, ...all.map((one) => one.counters)) : Number(counters);
  return print(own, most(counts, own));
}

/** `[[value, count], …]` of the k most frequent; of all that the state has for an empty k. */
export function estimateTopK(state: string, k: string): string {
  const { state: counts } = JSON.parse(state) as State;
  return JSON.stringify(k === "" ? counts : counts.slice(0, Number(k)));
}
