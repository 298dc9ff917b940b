import type { Chart } from "./document.ts";
import { escapeHtml } from "./escape-html.ts";

const WIDTH = 960;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 96;
const TOP = 28;
const BOTTOM = 34;

/** The chart as an inline SVG without script; each point tells its month and amount when it is pointed at. */
export function chartSvg(chart: Chart): string {
  const largest = Math.max(1, ...chart.lines.flatMap((line) => line.values), ...(chart.band?.high ?? []));
  const step = niceStep(largest / 4);
  const top = Math.ceil(largest / step) * step;
  const x = (index: number): number =>
    LEFT + (index * (WIDTH - LEFT - RIGHT)) / Math.max(1, chart.months.length - 1);
  const y = (usd: number): number => TOP + (1 - usd / top) * (HEIGHT - TOP - BOTTOM);
  const points = (values: number[]): string =>
    values.map((value, index) => `${at(x(index))},${at(y(value))}`).join(" ");
  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step).map(
    (usd) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(usd))}" y2="${at(y(usd))}"/><text x="${LEFT - 8}" y="${at(y(usd) + 4)}" text-anchor="end">${shortUsd(usd)}</text>`,
  );
  const every = Math.max(1, Math.ceil(chart.months.length / 8));
  const months = chart.months.flatMap((month, index) =>
    index % every === 0
      ? [`<text x="${at(x(index))}" y="${HEIGHT - 10}" text-anchor="middle">${escapeHtml(month)}</text>`]
      : [],
  );
  const band = chart.band
    ? `<polygon class="band" points="${points(chart.band.low)} ${chart.band.high
        .map((value, index) => `${at(x(index))},${at(y(value))}`)
        .reverse()
        .join(" ")}"><title>${escapeHtml(chart.band.label)}</title></polygon>`
    : "";
  const lines = chart.lines.map((line, index) => {
    const last = line.values.at(-1) ?? 0;
    const dots = line.values.map(
      (value, month) =>
        `<circle class="s${index}" cx="${at(x(month))}" cy="${at(y(value))}" r="3"><title>${escapeHtml(`${line.label}, ${chart.months[month]}: ${fullUsd(value)}`)}</title></circle>`,
    );
    return `<polyline class="l${index}" points="${points(line.values)}"/>${dots.join("")}<text class="label" x="${WIDTH - RIGHT + 8}" y="${at(y(last) + 4)}">${escapeHtml(line.label)}</text>`;
  });
  const bandLabel = chart.band
    ? `<text x="${WIDTH - RIGHT + 8}" y="${at(y(chart.band.high.at(-1) ?? 0) + 4)}">high</text><text x="${WIDTH - RIGHT + 8}" y="${at(y(chart.band.low.at(-1) ?? 0) + 10)}">low</text>`
    : "";
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.title)}"><text class="label" x="${LEFT}" y="14">${escapeHtml(chart.title)}</text>${grid.join("")}${months.join("")}${band}${lines.join("")}${bandLabel}</svg>`;
}

/** 1, 2, 2.5 or 5 times a power of ten, at least as large as asked. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

const at = (number: number): string => String(Math.round(number * 10) / 10);
const shortUsd = (usd: number): string => `$${usd.toLocaleString("en-US", { maximumFractionDigits: 1 })}`;
const fullUsd = (usd: number): string =>
  `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
