/** One KPI as the warehouse computed it beside the generator's truth. Pure. */
export interface KpiComparison {
  name: string;
  columns: string[];
  rows: string[][];
  expectedRows: number;
  equal: boolean;
  /** Rows of the truth that the warehouse lacks, and rows that it has too many (at most ten of each). */
  missing: string[][];
  unexpected: string[][];
}

/** Compares row by row as multisets, after writing every value in one canonical form. */
export function compareKpi(
  name: string,
  columns: string[],
  actual: unknown[][],
  expected: readonly Record<string, unknown>[],
): KpiComparison {
  const rows = actual.map((row) => row.map(canonical));
  const wanted = expected.map((record) => columns.map((column) => canonical(record[column])));
  const missing = subtract(wanted, rows);
  const unexpected = subtract(rows, wanted);
  return {
    name,
    columns,
    rows,
    expectedRows: wanted.length,
    equal: missing.length === 0 && unexpected.length === 0,
    missing: missing.slice(0, 10),
    unexpected: unexpected.slice(0, 10),
  };
}

/** Numbers lose their trailing zeros, dates their time at midnight; NULL is the empty text. */
export function canonical(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  const text = String(value);
  if (!isPlainNumber(text)) return text;
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = (negative ? text.slice(1) : text).split(".");
  const kept = fraction.replace(/0+$/, "");
  const digits = whole.replace(/^0+(?=\d)/, "");
  const magnitude = kept ? `${digits}.${kept}` : digits;
  return negative && magnitude !== "0" ? `-${magnitude}` : magnitude;
}

const isPlainNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

function subtract(from: string[][], what: string[][]): string[][] {
  const counts = new Map<string, number>();
  for (const row of what) {
    const key = row.join("\u0000");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return from.filter((row) => {
    const key = row.join("\u0000");
    const left = counts.get(key) ?? 0;
    if (left === 0) return true;
    counts.set(key, left - 1);
    return false;
  });
}
