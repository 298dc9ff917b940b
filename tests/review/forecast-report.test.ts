import { numberOf } from "../../cost/figure.ts";
import { forecast } from "../../cost/forecast/forecast.ts";
import { parseMeasured } from "../../cost/measured.ts";
import { loadPriceBook } from "../../cost/price-book.ts";
import { loadUsage } from "../../cost/usage.ts";
import { chartSvg } from "../../review/document/chart.ts";
import { renderForecast } from "../../review/forecast-report.ts";
import { readMeasured } from "../../review/measured-account.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");
const measured = parseMeasured({
  title: "ledger",
  from: "2026-11-01",
  to: "2026-11-11",
  warehouseCredits: { TRANSFORM: 10 },
});
const plain = forecast(examplePlatform(), book, usage, "2026-12-01", { measured });
const report = { forecast: plain, without: plain, suppositions: ["warehouse.transform.size=LARGE"] };

describe("the forecast's report", () => {
  test("shows every month, the total and the measurement in each medium", () => {
    const total = plain.total.expected.toLocaleString("en-US", { style: "currency", currency: "USD" });
    for (const format of ["text", "md", "html"] as const) {
      const rendered = renderForecast(report, format);
      expect(rendered).toContain(total.replace("$", "$"));
      for (const month of plain.months) expect(rendered).toContain(month.month.slice(0, 7));
      expect(rendered).toContain("TRANSFORM");
      expect(rendered).not.toMatch(/NaN|Infinity|undefined/);
    }
    expect(JSON.parse(renderForecast(report, "json"))).toMatchObject({
      ok: true,
      forecast: { stack: "example" },
    });
  });

  test("takes the first month apart on its page, down to prices, settings and assumptions", () => {
    const page = renderForecast(report, "html");
    expect(page).toContain(`Where the figures of 2026-12 come from: ${plain.items.length} items`);
    for (const source of ["price book: Snowflake Service Consumption Table", "program: ", "assumption: "])
      expect(page).toContain(`[${source}`);
    const sum = plain.items.reduce((all, item) => all + (numberOf(item.expected) ?? 0), 0);
    expect(sum).toBeCloseTo(plain.months[0]?.cost.expected ?? Number.NaN, 6);
  });

  test("draws a chart in the page alone, without script", () => {
    const page = renderForecast(report, "html");
    expect(page).toContain("<svg");
    expect(page).not.toContain("<script");
    expect(renderForecast(report, "md")).not.toContain("<svg");
  });
});

describe("a chart", () => {
  test("keeps every point inside, and escapes its labels", () => {
    const svg = chartSvg({
      title: "<x>",
      months: ["2026-12", "2027-01"],
      band: { label: "b", low: [1, 2], high: [5, 900] },
      lines: [{ label: "<img>", values: [0, 450] }],
    });
    const heights = [...svg.matchAll(/cy="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(heights.every((height) => height >= 0 && height <= 300)).toBe(true);
    expect(svg).toContain("&lt;img&gt;");
    expect(svg).not.toContain("<img>");
  });

  test("of nothing is drawn without a number that is none", () => {
    expect(chartSvg({ title: "", months: [], lines: [{ label: "a", values: [] }] })).not.toMatch(
      /NaN|Infinity/,
    );
  });
});

describe("a measurement of an account", () => {
  test("is read from its metering history", async () => {
    const rows = [
      ["TRANSFORM", "12.5", 0.2, "2026-11-01T00:00:00Z", "2026-11-04T00:00:00Z"],
      ["BI", 3, 0.1, "2026-11-02T00:00:00Z", "2026-11-05T07:00:00Z"],
    ];
    expect(await readMeasured(async () => rows, "account")).toMatchObject({
      from: "2026-11-01T00:00:00Z",
      to: "2026-11-05T07:00:00Z",
      warehouseCredits: { TRANSFORM: 12.5, BI: 3 },
      cloudServicesCredits: expect.closeTo(0.3, 10),
    });
  });

  test("of an account that has metered nothing is none", async () => {
    expect(await readMeasured(async () => [], "account")).toBeUndefined();
  });
});
