/** Logistic regression with a ridge penalty, by Newton's method: a unique optimum, found the same way each time. */
import type { Scorer } from "./model.ts";

const PENALTY = 1;
const MOST_STEPS = 30;
const ENOUGH = 1e-8;

/** Encoded rows, one after another. */
export interface Matrix {
  rows: number;
  columns: number;
  values: Float64Array;
}

/** Weights for the rows whose label is 1 against 0. `pause` is awaited between steps and may throw. */
export async function fitLogistic(
  { rows, columns, values }: Matrix,
  labels: Uint8Array,
  pause: () => Promise<void>,
): Promise<Scorer> {
  const size = columns + 1;
  const weights = new Float64Array(size);
  let positives = 0;
  for (const label of labels) positives += label;
  weights[0] = Math.log((positives + 0.5) / (rows - positives + 0.5));
  let best = loss(weights);
  for (let step = 0; step < MOST_STEPS; step++) {
    await pause();
    const move = solve(...derivatives(weights));
    let share = 1;
    const next = new Float64Array(size);
    let reached: number;
    do {
      for (let i = 0; i < size; i++) next[i] = weights[i]! - share * move[i]!;
      reached = loss(next);
      share /= 2;
    } while (!(reached <= best) && share > 1e-6);
    if (!(reached <= best)) break;
    weights.set(next);
    const gain = best - reached;
    best = reached;
    if (gain < ENOUGH * (1 + Math.abs(best))) break;
  }
  return { bias: weights[0]!, weights: [...weights.subarray(1)] };

  function logit(w: Float64Array, row: number): number {
    let sum = w[0]!;
    const at = row * columns;
    for (let i = 0; i < columns; i++) sum += w[i + 1]! * values[at + i]!;
    return sum;
  }

  function loss(w: Float64Array): number {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const z = logit(w, row);
      sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[row]! * z;
    }
    for (let i = 1; i < size; i++) sum += (PENALTY / 2) * w[i]! * w[i]!;
    return sum;
  }

  function derivatives(w: Float64Array): [Float64Array, Float64Array] {
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + Math.exp(-logit(w, row)));
      const off = p - labels[row]!;
      const curve = p * (1 - p);
      const at = row * columns - 1;
      gradient[0]! += off;
      hessian[0]! += curve;
      for (let i = 1; i < size; i++) {
        const value = values[at + i]!;
        if (value === 0) continue;
        gradient[i]! += off * value;
        const scaled = curve * value;
        hessian[i * size]! += scaled;
        for (let j = 1; j <= i; j++) hessian[i * size + j]! += scaled * values[at + j]!;
      }
    }
    hessian[0]! += 1e-9;
    for (let i = 1; i < size; i++) {
      gradient[i]! += PENALTY * w[i]!;
      hessian[i * size + i]! += PENALTY;
    }
    return [gradient, hessian];
  }
}

/** x of H·x = g, by Cholesky; H is given by its lower half and is positive definite. */
function solve(g: Float64Array, h: Float64Array): Float64Array {
  const size = g.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = h[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= h[i * size + k]! * h[j * size + k]!;
      h[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / h[j * size + j]!;
    }
  }
  const x = Float64Array.from(g);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= h[i * size + k]! * x[k]!;
    x[i]! /= h[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= h[k * size + i]! * x[k]!;
    x[i]! /= h[i * size + i]!;
  }
  return x;
}
