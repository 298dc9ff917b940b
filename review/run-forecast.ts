import { readFileSync } from "node:fs";
import { focusCsv } from "../cost/focus.ts";
import { forecast, forecastRows } from "../cost/forecast/forecast.ts";
import { applyWhatIf } from "../cost/forecast/what-if.ts";
import { type Measured, parseMeasured } from "../cost/measured.ts";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage, parseUsage } from "../cost/usage.ts";
import type { ForecastReport } from "./forecast-report.ts";
import { loadWorkingTree } from "./revision/load.ts";

export interface RunForecastOptions {
  root: string;
  stack: string;
  /** The first month, YYYY-MM. */
  from: string;
  months?: number;
  /** `warehouse.transform.size=LARGE` and the like. */
  suppositions: string[];
  measured?: Measured;
}

export interface RunForecast extends ForecastReport {
  /** FOCUS-named rows of the expected case, as CSV. */
  csv(): string;
}

/** Compiles the working tree and forecasts it, with and without what is supposed. */
export async function runForecast(options: RunForecastOptions): Promise<RunForecast> {
  const { platform } = await loadWorkingTree(options.root, options.stack);
  const book = loadPriceBook();
  const own = loadUsage(options.stack);
  const usage =
    options.months === undefined
      ? own
      : parseUsage({ ...own, forecast: { ...own.forecast, months: options.months } });
  const month = `${options.from}-01`;
  const estimate = { measured: options.measured };
  const supposed = applyWhatIf({ platform, usage }, options.suppositions);
  // A measurement says nothing of a size or a schedule that is only supposed.
  const supposedEstimate = options.suppositions.length > 0 ? {} : estimate;
  return {
    forecast: forecast(supposed.platform, book, supposed.usage, month, supposedEstimate),
    without: options.suppositions.length > 0 ? forecast(platform, book, usage, month) : undefined,
    suppositions: options.suppositions,
    csv: () => focusCsv(forecastRows(supposed.platform, book, supposed.usage, month, supposedEstimate)),
  };
}

/** A measurement from a JSON file (cost/measured.ts). */
export const readMeasuredFile = (file: string): Measured =>
  parseMeasured(JSON.parse(readFileSync(file, "utf8")));
