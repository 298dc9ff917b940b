import type { Figure, Source, Value } from "./figure.ts";

const KIND: Record<Source["kind"], string> = {
  "price-book": "price book",
  program: "program",
  assumption: "assumption",
  measured: "measured",
  rule: "billing rule",
};

const plain = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6, useGrouping: true });
const money = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** A value as people read it: `$1,234.50`, `744 h`, `unbounded`, `no price`. */
export function showValue(value: Value, unit = "USD"): string {
  if (value.kind === "unbounded") return "unbounded";
  if (value.kind === "no-price") return "no price";
  return unit === "USD" ? showUsd(value.number) : `${plain.format(value.number)} ${unit}`.trimEnd();
}

/** Dollars and cents; an amount under a cent that is not zero is shown as such. */
export function showUsd(usd: number): string {
  if (usd !== 0 && Math.abs(usd) < 0.005) return usd > 0 ? "<$0.01" : ">-$0.01";
  return money.format(usd);
}

/** A change with its sign: `+$12.00`, `-$3.10`, `no change`. */
export function showChange(usd: number): string {
  if (Math.abs(usd) < 0.005) return "no change";
  return `${usd > 0 ? "+" : ""}${showUsd(usd)}`;
}

/** The figure taken apart: one line a node, indented by depth, down to sources. */
export function explainFigure(figure: Figure, depth = 0): string[] {
  const indent = "  ".repeat(depth);
  const reason = figure.value.kind === "number" ? "" : ` (${figure.value.because})`;
  const origin = figure.source ? `  [${showSource(figure.source)}]` : "";
  const formula = figure.formula ? ` = ${figure.formula}` : "";
  return [
    `${indent}${figure.label}: ${showValue(figure.value, figure.unit)}${reason}${formula}${origin}`,
    ...(figure.inputs ?? []).flatMap((input) => explainFigure(input, depth + 1)),
  ];
}

export const showSource = (source: Source): string =>
  `${KIND[source.kind]}: ${source.title}${source.effective ? `, effective ${source.effective}` : ""}`;
