/** How long the catalogue of 1,000 models takes to gather, draw and write: `node bench/catalog.ts`. The target is 10 seconds on 2 cores. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPriceBook } from "../cost/price-book.ts";
import { loadUsage } from "../cost/usage.ts";
import type { Column, Model, Platform, Table } from "../infra/platform.ts";
import { gatherCatalog } from "../review/catalog/data.ts";
import { siteFiles } from "../review/catalog/site.ts";
import { writeSite } from "../review/catalog/write.ts";
import { examplePlatform } from "../tests/cost/support/example-platform.ts";

const MODELS = Number(process.argv[2] ?? 1000);
const TARGET = 10_000;

/** Ten columns each, three inputs each, in 40 schemas of core and mart. */
function large(): Platform {
  const platform = examplePlatform();
  const columns = Array.from(
    { length: 10 },
    (_, index): Column => ({
      name: `COLUMN_${index}`,
      type: "VARCHAR(16777216)",
      nullable: true,
      description: `what number ${index} means`,
      tags: [],
    }),
  );
  const name = (index: number): string =>
    `${index < MODELS / 2 ? "core" : "mart"}.domain_${index % 20}.model_${index}`;
  const object = (logical: string) => {
    const [database = "", schema = "", table = ""] = logical.toUpperCase().split(".");
    return { database, schema, name: table };
  };
  const base = platform.models[0] as Model;
  const models = Array.from({ length: MODELS }, (_, index): Model => {
    const reads = [1, 7, 31]
      .map((step) => index - step)
      .filter((at) => at >= 0)
      .map(name);
    const lineage = Object.fromEntries(
      columns.map((column, at) => [column.name.toLowerCase(), reads.map((read) => `${read}.column_${at}`)]),
    );
    return { ...base, logical: name(index), name: object(name(index)), columns, reads, lineage };
  });
  const tables = models.map(
    (model): Table => ({
      ...(platform.tables[0] as Table),
      ...model.name,
      key: model.logical,
      logical: model.logical,
      columns,
    }),
  );
  return { ...platform, models, tables };
}

const folder = mkdtempSync(join(tmpdir(), "firn-bench-"));
try {
  const platform = large();
  const start = performance.now();
  const catalog = gatherCatalog(platform, loadPriceBook(), loadUsage("bench"));
  const gathered = performance.now();
  const files = writeSite(folder, siteFiles(catalog));
  const written = performance.now();
  console.log(
    `gather ${MODELS} models ${(gathered - start).toFixed(0)} ms; draw and write ${files} files ${(written - gathered).toFixed(0)} ms`,
  );
  console.log(
    `whole ${(written - start).toFixed(0)} ms, ${((written - start) / TARGET).toFixed(2)} of the target (${TARGET} ms)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
