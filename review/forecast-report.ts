import { showChange, showUsd } from "../cost/explain.ts";
import type { Forecast } from "../cost/forecast/forecast.ts";
import {
  type Block,
  code,
  type Document,
  faint,
  type Section,
  strong,
  type Text,
} from "./document/document.ts";
import { renderHtml } from "./document/html.ts";
import { renderMarkdown } from "./document/markdown.ts";
import { renderTerminal } from "./document/terminal.ts";
import { derivations } from "./sections/derivations.ts";
import { measuredTable } from "./sections/measured.ts";

export interface ForecastReport {
  forecast: Forecast;
  /** The same without what is supposed; absent where nothing is. */
  without?: Forecast;
  suppositions: string[];
}

/** The forecast as a document: totals, months with a chart, services, departments, what it rests on. */
export function forecastDocument({ forecast, without, suppositions }: ForecastReport): Document {
  const span = `${forecast.months[0]?.month.slice(0, 7)} to ${forecast.months.at(-1)?.month.slice(0, 7)}`;
  const sections: Section[] = [
    totals(forecast, without, suppositions),
    months(forecast, without),
    shares("services", "By service", forecast.services, without?.services, forecast.total.expected),
    shares(
      "departments",
      "By department",
      forecast.departments,
      without?.departments,
      forecast.total.expected,
    ),
    basis(forecast),
  ];
  return {
    marker: `firn-forecast ${forecast.stack}`,
    title: `${showUsd(forecast.total.expected)} expected over ${forecast.months.length} months · stack ${forecast.stack}`,
    subtitle: [
      `${span}. Between `,
      strong(showUsd(forecast.total.low)),
      " and ",
      strong(showUsd(forecast.total.high)),
      ". A forecast, not a bill.",
    ],
    tone: forecast.unbounded.length > 0 || forecast.notes.length > 0 ? "warn" : "plain",
    sections,
    foot: faint(
      `Price book ${forecast.priceBook}, ${forecast.terms}, ${forecast.region}, ${forecast.edition}, pinned for all months. Use: assumptions ${forecast.usage}.`,
    ),
  };
}

export type ForecastFormat = "text" | "md" | "html" | "json";

export function renderForecast(
  report: ForecastReport,
  format: ForecastFormat,
  options: { color?: boolean; width?: number } = {},
): string {
  if (format === "json") return `${JSON.stringify({ ok: true, ...report }, null, 1)}\n`;
  const document = forecastDocument(report);
  if (format === "html") return renderHtml(document);
  return format === "md" ? renderMarkdown(document) : renderTerminal(document, options);
}

function totals(forecast: Forecast, without: Forecast | undefined, suppositions: string[]): Section {
  const { total } = forecast;
  const blocks: Block[] = [
    {
      kind: "facts",
      facts: [
        { label: "Low", value: showUsd(total.low) },
        {
          label: "Expected",
          value: showUsd(total.expected),
          sub: without && `${showChange(total.expected - without.total.expected)} by what is supposed`,
          tone: "good",
        },
        { label: "High", value: showUsd(total.high), tone: "warn" },
        {
          label: "Worst case",
          value: showUsd(total.ceiling),
          sub: forecast.unbounded.length > 0 ? "and unbounded things" : "limits and declared volumes",
          tone: forecast.unbounded.length > 0 ? "bad" : "plain",
        },
      ],
    },
    {
      kind: "table",
      columns: [
        { title: "Year" },
        { title: "Low", align: "right" },
        { title: "Expected", align: "right" },
        { title: "High", align: "right" },
      ],
      rows: forecast.years.map((year) => [
        `Year ${year.year}`,
        showUsd(year.low),
        showUsd(year.expected),
        showUsd(year.high),
      ]),
      foot: ["Total", showUsd(total.low), showUsd(total.expected), showUsd(total.high)],
    },
  ];
  if (suppositions.length > 0)
    blocks.push({
      kind: "text",
      text: ["Supposed: ", ...suppositions.flatMap((each, index) => [index > 0 ? ", " : "", code(each)])],
    });
  for (const note of forecast.notes) blocks.push({ kind: "note", tone: "warn", text: note });
  for (const name of forecast.unbounded)
    blocks.push({ kind: "note", tone: "bad", text: ["Unbounded: ", code(name)] });
  return { id: "total", title: "Total", blocks };
}

function months(forecast: Forecast, without: Forecast | undefined): Section {
  const of = (pick: (month: Forecast["months"][number]) => number): number[] => forecast.months.map(pick);
  return {
    id: "months",
    title: "Month by month",
    blocks: [
      {
        kind: "chart",
        chart: {
          title: "USD a month",
          months: forecast.months.map((each) => each.month.slice(0, 7)),
          band: {
            label: "low to high growth",
            low: of((each) => each.cost.low),
            high: of((each) => each.cost.high),
          },
          lines: [
            { label: without ? "supposed" : "expected", values: of((each) => each.cost.expected) },
            ...(without
              ? [{ label: "as it is", values: without.months.map((each) => each.cost.expected) }]
              : []),
          ],
        },
      },
      {
        kind: "table",
        columns: [
          { title: "Month" },
          { title: "Volume", align: "right" },
          { title: "Low", align: "right" },
          { title: "Expected", align: "right" },
          { title: "High", align: "right" },
          { title: "Worst case", align: "right" },
          ...(without ? [{ title: "Change", align: "right" as const }] : []),
        ],
        rows: forecast.months.map((each, index) => [
          each.month.slice(0, 7),
          `${each.volume.expected.toFixed(2)}×`,
          showUsd(each.cost.low),
          showUsd(each.cost.expected),
          showUsd(each.cost.high),
          showUsd(each.ceiling),
          ...(without ? [showChange(each.cost.expected - (without.months[index]?.cost.expected ?? 0))] : []),
        ]),
      },
    ],
  };
}

function shares(
  id: string,
  title: string,
  record: Record<string, number>,
  without: Record<string, number> | undefined,
  total: number,
): Section {
  return {
    id,
    title,
    blocks: [
      {
        kind: "table",
        columns: [
          { title: title.replace("By ", "").replace(/^./, (first) => first.toUpperCase()) },
          { title: "Expected, all months", align: "right" },
          { title: "Share", align: "right" },
          ...(without ? [{ title: "Change", align: "right" as const }] : []),
        ],
        rows: Object.entries(record).map(([name, usd]) => [
          name,
          showUsd(usd),
          `${((usd * 100) / Math.max(total, 0.01)).toFixed(1)} %`,
          ...(without ? [showChange(usd - (without[name] ?? 0))] : []),
        ]),
        foot: ["Total", showUsd(total), "", ...(without ? [""] : [])],
      },
    ],
  };
}

function basis(forecast: Forecast): Section {
  const blocks: Block[] = [];
  blocks.push(
    measuredTable(forecast.measured) ?? {
      kind: "text",
      text: "Nothing is measured yet: use follows the assumptions of cost/usage.yaml alone.",
    },
  );
  const [begin] = forecast.months;
  if (begin) blocks.push(derivations(forecast.items, ` of ${begin.month.slice(0, 7)}`));
  if (forecast.unpriced.length > 0)
    blocks.push({
      kind: "list",
      items: forecast.unpriced.map((each): Text => ["No price for ", code(each.name), `: ${each.because}`]),
    });
  return { id: "basis", title: "What it rests on", blocks };
}
