/** Where a leaf figure comes from: the price book, the program, an assumption, a measurement, or the vendor's rules. */
export interface Source {
  kind: "price-book" | "program" | "assumption" | "measured" | "rule";
  title: string;
  /** The day from which the source holds (YYYY-MM-DD), where it has one. */
  effective?: string;
}

/** A number, or the reason why there is none. `unbounded` and `no-price` are values of their own; a number is always finite. */
export type Value =
  | { kind: "number"; number: number }
  | { kind: "unbounded"; because: string }
  | { kind: "no-price"; because: string };

/** A figure that can be taken apart: a leaf has a source, every other has a formula and its inputs. */
export interface Figure {
  label: string;
  unit: string;
  value: Value;
  formula?: string;
  inputs?: Figure[];
  source?: Source;
}

/** A leaf. Throws on a number that is not finite: that would be a bug, not a figure. */
export function given(label: string, number: number, unit: string, source: Source): Figure {
  return { label, unit, value: finite(label, number), source };
}

/** A limit that nobody set. */
export const unbounded = (label: string, unit: string, because: string): Figure => ({
  label,
  unit,
  value: { kind: "unbounded", because },
});

/** A price that the book does not have. */
export const noPrice = (label: string, unit: string, because: string): Figure => ({
  label,
  unit,
  value: { kind: "no-price", because },
});

/** `compute` over the inputs' numbers; the first input without a number (no price before unbounded) decides the result otherwise. */
export function derive(
  label: string,
  unit: string,
  formula: string,
  inputs: Figure[],
  compute: (...numbers: number[]) => number,
): Figure {
  const missing =
    inputs.find((input) => input.value.kind === "no-price") ??
    inputs.find((input) => input.value.kind === "unbounded");
  const value = missing ? missing.value : finite(label, compute(...inputs.map(numberIn)));
  return { label, unit, value, formula, inputs };
}

export function product(label: string, unit: string, inputs: Figure[]): Figure {
  return derive(label, unit, inputs.map(nameInFormula).join(" × "), inputs, (...numbers) =>
    numbers.reduce((total, number) => total * number, 1),
  );
}

export function sum(label: string, unit: string, inputs: Figure[]): Figure {
  return derive(label, unit, `Σ of ${inputs.length}`, inputs, (...numbers) =>
    numbers.reduce((total, number) => total + number, 0),
  );
}

/** The lowest bound that is known. An unbounded or unpriced input does not raise a known bound, so it is passed over. */
export function lowest(label: string, unit: string, inputs: Figure[]): Figure {
  const known = inputs.filter((input) => input.value.kind === "number");
  const value: Value =
    known.length > 0
      ? finite(label, Math.min(...known.map(numberIn)))
      : ((inputs.find((input) => input.value.kind === "no-price") ?? inputs[0])?.value ?? {
          kind: "unbounded",
          because: `${label}: nothing limits it`,
        });
  return { label, unit, value, formula: `min(${inputs.map(nameInFormula).join(", ")})`, inputs };
}

/** The larger of two figures; unbounded is larger than any number, and without a price there is no answer. */
export function highest(label: string, unit: string, inputs: Figure[]): Figure {
  return derive(label, unit, `max(${inputs.map(nameInFormula).join(", ")})`, inputs, Math.max);
}

/** The number of a figure, or undefined where it has none. */
export const numberOf = (figure: Figure): number | undefined =>
  figure.value.kind === "number" ? figure.value.number : undefined;

const nameInFormula = (figure: Figure): string => figure.label;

function numberIn(figure: Figure): number {
  if (figure.value.kind !== "number") throw new TypeError(`${figure.label} has no number`);
  return figure.value.number;
}

function finite(label: string, number: number): Value {
  if (!Number.isFinite(number)) throw new RangeError(`${label}: not a finite number`);
  return { kind: "number", number };
}
