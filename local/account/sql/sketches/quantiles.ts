/**
 * States of APPROX_PERCENTILE: points of the distribution, each with the number of values it stands for. Source:
 * "APPROX_PERCENTILE_ACCUMULATE" and its siblings; the content of a state is each system's own.
 */
interface State {
  type: "tdigest";
  version: 1;
  /** `[value, weight]` in order of value. */
  state: [number, number][];
}

/** Points that a state keeps at most. */
export const POINTS = 500;

const stateOf = (points: [number, number][]): State => ({ type: "tdigest", version: 1, state: points });

/** From quantiles at even steps (a JSON array) and the count of values. */
export function quantileState(quantiles: string, count: string): string {
  const values = JSON.parse(quantiles) as number[];
  const weight = Number(count) / Math.max(1, values.length);
  return JSON.stringify(stateOf(values.map((value) => [value, weight])));
}

/** States (a JSON array) as one. */
export function combineQuantiles(states: string): string {
  const points = (JSON.parse(states) as State[]).flatMap(({ state }) => state);
  points.sort((a, b) => a[0] - b[0]);
  return JSON.stringify(stateOf(compress(points)));
}

/** The value below which the share of all values lies; null of an empty state. */
export function estimateQuantile(state: string, share: string): string | null {
  const points = (JSON.parse(state) as State).state;
  const total = points.reduce((sum, [, weight]) => sum + weight, 0);
  const [first] = points;
  if (!first) return null;
  // Each point is the middle of its weight; between two middles the value runs straight.
  const wanted = Number(share) * total;
  let before = 0;
  let last: [middle: number, value: number] | null = null;
  for (const [value, weight] of points) {
    const middle = before + weight / 2;
    if (wanted <= middle) {
      if (last === null) return String(first[0]);
      const [from, low] = last;
      return String(low + ((value - low) * (wanted - from)) / (middle - from));
    }
    last = [middle, value];
    before += weight;
  }
  return String(points.at(-1)![0]);
}

/** Neighbours joined until few enough are left, ends kept. */
function compress(points: [number, number][]): [number, number][] {
  if (points.length <= POINTS) return points;
  const total = points.reduce((sum, [, weight]) => sum + weight, 0);
  const most = total / (POINTS - 2);
  const joined: [number, number][] = [];
  points.forEach(([value, weight], at) => {
    const last = joined.at(-1);
    const end = at === 0 || at === points.length - 1 || joined.length === 1;
    if (last && !end && last[1] + weight <= most * 2) {
      const sum = last[1] + weight;
      joined[joined.length - 1] = [(last[0] * last[1] + value * weight) / sum, sum];
    } else joined.push([value, weight]);
  });
  return joined.length < points.length ? compress(joined) : joined;
}
