/**
 * Counter-based randomness: every draw is a pure function of (seed, what it is for, index), so entities and
 * sources never disturb each other. 32-bit integer arithmetic and IEEE division only, hence equal on every machine.
 */

// Bound once: a look-up of a global in every draw is slow where globals are intercepted, as in a test's sandbox.
const { imul, floor, min } = Math;

const GOLDEN = 0x9e3779b1;

/** A bijection on 32-bit integers (the "lowbias32" finalizer of C. Wellons). */
export function mix32(value: number): number {
  let x = value;
  x ^= x >>> 16;
  x = imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** Hash of a list of integers to 32 bits; the order matters. */
export function hashOf(...parts: number[]): number {
  let h = 0x243f6a88;
  for (const part of parts) h = mix32((imul(h, 5) + imul(part | 0, GOLDEN) + 0x52dce729) | 0);
  return h;
}

/** FNV-1a of a name, to key a sub-stream: `hashOf(seed, label("journey"), index)`. */
export function label(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = imul(h ^ name.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/** A 32-bit hash as a number in [0, 1). */
export function unit(hash: number): number {
  return (hash >>> 0) / 0x100000000;
}

/** Rounds up with the probability of the fraction, so that small expectations survive: 0.3 is 1 in 30 % of cases. */
export function stochasticRound(expected: number, hash: number): number {
  const whole = floor(expected);
  return whole + (unit(hash) < expected - whole ? 1 : 0);
}

/** The value at share `u` of a distribution given by equally spaced quantiles (first is 0 %, last is 100 %). */
export function quantile(points: readonly number[], u: number): number {
  const position = u * (points.length - 1);
  const left = min(floor(position), points.length - 2);
  const from = points[left]!;
  return from + (points[left + 1]! - from) * (position - left);
}

/** Additive recurrence: the i-th of a well-spread sequence in [0, 1), so that even 8 entities are a fair mix. */
export function spread(index: number, step: number, offset: number): number {
  const x = (index * step + offset) % 1;
  return x < 0 ? x + 1 : x;
}

/** A small sequential generator (sfc32) for one entity's own decisions. */
export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...key: number[]) {
    this.#a = hashOf(1, ...key);
    this.#b = hashOf(2, ...key);
    this.#c = hashOf(3, ...key);
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  unit(): number {
    return this.next() / 0x100000000;
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return floor(this.unit() * below);
  }

  /** An integer in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  quantile(points: readonly number[]): number {
    return quantile(points, this.unit());
  }
}
