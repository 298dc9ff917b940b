import { html, type Markup } from "./html.ts";
import { round } from "./lineage-svg.ts";

/** Rows of a metric as an account gave them. */
export interface KpiRows {
  columns: string[];
  rows: (string | number | null)[][];
  /** When and where they were read. */
  title: string;
}

const MOST_BARS = 40;
const BAR = 22;
const WIDTH = 820;
const LABELS = 260;

/** A metric as bars: its last numeric column by its other columns, with the same figures as a table beside it. */
export function plot(name: string, { columns, rows, title }: KpiRows): Markup {
  if (rows.length === 0) return html`<p>It has no rows (${title}).</p>`;
  const isNumeric = (index: number): boolean =>
    rows.every((row) => row[index] === null || Number.isFinite(Number(row[index])));
  const value = columns.findLastIndex((_, index) => isNumeric(index));
  const shown = rows.slice(0, MOST_BARS);
  const table = html`<details><summary>As a table (${rows.length} rows)</summary><div class="scroll"><table><thead><tr>${columns.map((column) => html`<th>${column}</th>`)}</tr></thead><tbody>${rows.slice(0, 500).map((row) => html`<tr>${row.map((cell) => html`<td>${cell ?? "–"}</td>`)}</tr>`)}</tbody></table></div></details>`;
  if (value < 0) return html`<p class="faint">${title}</p>${table}`;
  const numbers = shown.map((row) => Number(row[value] ?? 0));
  const most = Math.max(1e-9, ...numbers.map(Math.abs));
  const bars = shown.map((row, index) => {
    const label = row
      .filter((_, at) => at !== value)
      .map((cell) => cell ?? "–")
      .join(" · ");
    const length = (Math.abs(numbers[index] ?? 0) / most) * (WIDTH - LABELS - 110);
    const y = index * BAR;
    return html`<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${label.length > 36 ? `${label.slice(0, 35)}…` : label}</text><rect class="bar" x="${LABELS}" y="${y + 3}" width="${round(Math.max(1, length))}" height="${BAR - 7}" rx="2"><title>${label}: ${numbers[index]}</title></rect><text x="${round(LABELS + length + 6)}" y="${y + 15}">${(numbers[index] ?? 0).toLocaleString("en-US", { maximumFractionDigits: 2 })}</text>`;
  });
  return html`<p class="faint">${columns[value]}, ${title}${rows.length > MOST_BARS && `, the first ${MOST_BARS} rows`}</p><div class="scroll"><svg class="plot" role="img" aria-label="${name}" width="${WIDTH}" height="${shown.length * BAR + 4}" viewBox="0 0 ${WIDTH} ${shown.length * BAR + 4}">${bars}</svg></div>${table}`;
}
