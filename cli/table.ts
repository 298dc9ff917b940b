import Table from "cli-table3";
import pc from "picocolors";

/** A table for people: numbers to the right, no frame noise, widths by content; long cells are cut at `maxWidth`. */
export function renderTable(
  columns: string[],
  rows: unknown[][],
  options: { maxWidth?: number } = {},
): string {
  const numeric = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => row[index] === null || isNumber(row[index])),
  );
  const table = new Table({
    head: columns.map((name) => pc.bold(name)),
    colAligns: numeric.map((right) => (right ? "right" : "left")),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "",
    },
  });
  for (const row of rows) table.push(row.map((cell) => shown(cell, options.maxWidth ?? 80)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const isNumber = (value: unknown): boolean =>
  typeof value === "number" ||
  typeof value === "bigint" ||
  (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)));

function shown(value: unknown, maxWidth: number): string {
  if (value === null || value === undefined) return pc.dim("NULL");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const line = text.replaceAll("\n", " ");
  return line.length > maxWidth ? `${line.slice(0, maxWidth - 1)}…` : line;
}
