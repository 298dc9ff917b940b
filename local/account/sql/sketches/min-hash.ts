/**
 * States of MINHASH: the least value of each of k hash functions. Source: "Estimating similarity of two or more sets";
 * the hash functions are each system's own.
 */
interface State {
  type: "minhash";
  version: 1;
  state: (string | null)[];
}

const print = (state: State["state"]): string =>
  JSON.stringify({ state, type: "minhash", version: 1 } satisfies State);

export const minHashState = (least: string): string => print(JSON.parse(least) as State["state"]);

/** States (a JSON array) as that of the union of their sets; null when they have different numbers of functions. */
export function combineMinHash(states: string): string | null {
  const all = (JSON.parse(states) as State[]).map(({ state }) => state);
  const [first, ...others] = all;
  if (!first || others.some((state) => state.length !== first.length)) return null;
  return print(first.map((_, at) => least(all.map((state) => state[at] ?? null))));
}

/** The share of the functions whose least value is the same in all: about the Jaccard index. */
export function similarity(states: string): string | null {
  const all = (JSON.parse(states) as State[]).map(({ state }) => state);
  const [first, ...others] = all;
  if (!first || others.some((state) => state.length !== first.length)) return null;
  const same = first.filter((value, at) => value !== null && others.every((state) => state[at] === value));
  return String(same.length / first.length);
}

/** Hash values are decimal texts of one length at most: the shorter is the smaller. */
function least(values: readonly (string | null)[]): string | null {
  let best: string | null = null;
  for (const value of values)
    if (
      value !== null &&
      (best === null || value.length < best.length || (value.length === best.length && value < best))
    )
      best = value;
  return best;
}
