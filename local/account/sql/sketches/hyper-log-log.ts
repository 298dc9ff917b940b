/**
 * HyperLogLog of 4096 registers. A state is text: the codes of its registers that are not 0, `register * 64 + rank`,
 * in order, with commas. Source: "Estimating the number of distinct values"; Flajolet and others, 2007.
 */
const PRECISION = 12;
const REGISTERS = 1 << PRECISION;
const RANKS = 64;

/** The codes (a JSON array, in any order and repeated) as a state. */
export const stateOfCodes = (codes: string): string => print(highest(JSON.parse(codes) as number[]));

/** States (a JSON array) as the state of all their values. */
export const combineStates = (states: string): string =>
  print(highest((JSON.parse(states) as string[]).flatMap(codesOf)));

/** About how many distinct values the state has seen. */
export function estimateState(state: string): string {
  const codes = codesOf(state);
  const empty = REGISTERS - codes.length;
  const sum = codes.reduce((total, code) => total + 2 ** -(code % RANKS), empty);
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  const few = raw <= 2.5 * REGISTERS && empty > 0;
  return String(Math.round(few ? REGISTERS * Math.log(REGISTERS / empty) : raw));
}

interface Exported {
  version: number;
  precision: number;
  sparse?: { indices: number[]; maxLzCounts: number[] };
  dense?: number[];
}

/** The state as HLL_EXPORT shows it: registers and their ranks, or all ranks where that is shorter. */
export function exportState(state: string): string {
  const codes = codesOf(state);
  const own: Exported = { version: 4, precision: PRECISION };
  if (codes.length * 2 < REGISTERS)
    own.sparse = {
      indices: codes.map((code) => Math.floor(code / RANKS)),
      maxLzCounts: codes.map((code) => code % RANKS),
    };
  else {
    own.dense = new Array<number>(REGISTERS).fill(0);
    for (const code of codes) own.dense[Math.floor(code / RANKS)] = code % RANKS;
  }
  return JSON.stringify(own);
}

/** The inverse; null when it is no such object. */
export function importState(exported: string): string | null {
  const { precision, sparse, dense } = JSON.parse(exported) as Partial<Exported>;
  if (precision !== PRECISION || (!sparse && !dense)) return null;
  const codes = sparse
    ? sparse.indices.map((index, at) => index * RANKS + (sparse.maxLzCounts[at] ?? 0))
    : dense!.map((rank, index) => index * RANKS + rank);
  return print(highest(codes.filter((code) => code % RANKS > 0)));
}

/** SQL of a value's code: the register from the first 12 bits of its hash, the rank from the others. */
export function codeSql(hash: string): string {
  const rest = `(${hash} & ${2 ** (64 - PRECISION) - 1})`;
  const rank = `CASE WHEN ${rest} = 0 THEN ${65 - PRECISION} ELSE greatest(1, ${64 - PRECISION} - CAST(floor(log2(${rest})) AS INTEGER)) END`;
  return `CAST((${hash} >> ${64 - PRECISION}) * ${RANKS} + ${rank} AS INTEGER)`;
}

const codesOf = (state: string): number[] => (state === "" ? [] : state.split(",").map(Number));
const print = (codes: readonly number[]): string => codes.join(",");

/** The highest code of each register, in order. */
function highest(codes: readonly number[]): number[] {
  const best = new Map<number, number>();
  for (const code of codes) {
    const register = Math.floor(code / RANKS);
    if (code > (best.get(register) ?? -1)) best.set(register, code);
  }
  return [...best.values()].sort((a, b) => a - b);
}
