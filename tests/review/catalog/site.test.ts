import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import fc from "fast-check";
import { estimate } from "../../../cost/estimate/estimate.ts";
import { numberOf } from "../../../cost/figure.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage } from "../../../cost/usage.ts";
import type { Metric, Platform } from "../../../infra/platform.ts";
import { gatherCatalog } from "../../../review/catalog/data.ts";
import { layered } from "../../../review/catalog/layout.ts";
import { fileName } from "../../../review/catalog/names.ts";
import { type SiteFile, siteFiles } from "../../../review/catalog/site.ts";
import { CatalogFolderError, writeSite } from "../../../review/catalog/write.ts";
import { examplePlatform } from "../../cost/support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");
const EVIL = '"><script>alert(1)</script>';

const ACTIVE: Metric = {
  name: "active_customers",
  file: "sql/metrics/active_customers.yaml",
  owner: "sales",
  description: "Customers with an event on the day.",
  table: "mart.sales.kpi",
  from: "mart.sales.customer",
  statistic: "count_distinct",
  of: "r.account_id",
  population: ["r.events > 0"],
  where: "r.account_id is not null",
  dimensions: [{ name: "day", of: "r.day", description: "Day." }],
  type: "number(38,0)",
};

const catalogOf = (change: (platform: Platform) => void = () => {}) => {
  const platform = examplePlatform();
  platform.kpis = [{ name: "active_by_day", sql: 'SELECT day FROM "MART"."SALES"."KPI"', columns: ["day"] }];
  platform.metrics = [{ ...ACTIVE }];
  change(platform);
  return gatherCatalog(platform, book, usage);
};
const siteOf = (change?: (platform: Platform) => void): Map<string, string> =>
  new Map([...siteFiles(catalogOf(change))].map(({ path, text }) => [path, text]));

describe("the catalogue's data", () => {
  const catalog = catalogOf();

  test("tell for each column where it comes from and what uses it", () => {
    const email = catalog.entries
      .get("core.customer.account")
      ?.columns.find((column) => column.name === "EMAIL");
    expect(email).toMatchObject({
      from: ["raw.crm.account.email"],
      into: ["mart.sales.customer.email"],
      personal: "tagged",
    });
  });

  test("tell who may read a table, and through which roles", () => {
    expect(catalog.entries.get("mart.sales.kpi")?.readers).toEqual([
      {
        principal: "ANALYST_SALES",
        kind: "role",
        privileges: ["SELECT"],
        via: ["ANALYST_SALES", "MART_SALES_READ"],
        masked: [],
      },
    ]);
  });

  test("tie a metric to the tables that its statement names, and to no other", () => {
    expect(catalog.kpis[0]?.reads).toEqual(["mart.sales.kpi"]);
    expect(catalog.entries.get("mart.sales.kpi")?.kpis).toEqual(["active_by_day"]);
    expect(catalog.entries.get("mart.sales.kpi")?.metrics).toEqual(["active_customers"]);
  });

  test("share the scheduled part of the warehouse out among its models, all of it", () => {
    const compute = [...catalog.entries.values()].map((entry) => entry.cost.compute ?? 0);
    const warehouse = estimate(examplePlatform(), book, usage).items.find(
      (item) => item.resource.key === "transform",
    );
    expect(compute.filter((usd) => usd > 0)).toHaveLength(4);
    expect(compute.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(
      (numberOf(warehouse!.expected) ?? 0) * (warehouse?.scheduled ?? 0),
      6,
    );
  });
});

describe("the site", () => {
  test("has a page for every table and metric, and every link leads to a page and a place on it", () => {
    const site = siteOf();
    expect(site.has("table/core.customer.account.html")).toBe(true);
    expect(site.has("metric/active_customers.html")).toBe(true);
    expect(site.has("report/active_by_day.html")).toBe(true);
    for (const [path, text] of site) {
      if (!path.endsWith(".html")) continue;
      for (const [, href = ""] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
        const [file = "", place] = href.split("#");
        const target = file === "" ? path : posix.normalize(posix.join(dirname(path), file));
        expect([...site.keys()]).toContain(target);
        if (place && target.endsWith(".html")) expect(site.get(target)).toContain(`id="${place}"`);
      }
    }
  });

  test("keeps markup in names, descriptions and SQL as text", () => {
    const site = siteOf((platform) => {
      const [model] = platform.models;
      Object.assign(model ?? {}, {
        description: EVIL,
        owner: EVIL,
        grain: EVIL,
        query: EVIL,
        freshness: EVIL,
      });
      for (const column of model?.columns ?? []) column.description = EVIL;
      platform.kpis.push({ name: EVIL, sql: EVIL, columns: [EVIL] });
      platform.metrics.push({
        ...ACTIVE,
        name: EVIL,
        description: EVIL,
        of: EVIL,
        population: [EVIL],
        dimensions: [{ name: EVIL, of: EVIL, description: EVIL }],
      });
      Object.assign(platform.warehouses[0] ?? {}, { name: EVIL });
      platform.stack = EVIL;
    });
    for (const [path, text] of site)
      if (path.endsWith(".html"))
        expect(text.replaceAll(/<script src="[^"]*" defer><\/script>/g, "")).not.toContain("<script");
    expect(site.get("search.js")).not.toContain("<script");
  });

  test("is found by its index: names, descriptions, columns, metrics", () => {
    const text = siteOf().get("search.js") ?? "";
    const items = JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1)) as {
      n: string;
      t: string;
    }[];
    expect(items.map((item) => item.n)).toEqual(
      expect.arrayContaining([
        "core.customer.account",
        "core.customer.account.email",
        "active customers",
        "active by day",
      ]),
    );
  });

  test("shows values of a metric where an account gave them", () => {
    const rows = {
      columns: ["day", "customers"],
      rows: [
        ["2026-11-01", 3],
        ["2026-11-02", 4],
      ],
      title: "read today",
    };
    const files = [
      ...siteFiles(catalogOf(), {
        metrics: { active_customers: rows },
        reports: { active_by_day: rows },
        samples: {},
      }),
    ];
    for (const folder of ["metric/", "report/"]) {
      const page = files.find(({ path }) => path.startsWith(folder))?.text ?? "";
      expect(page).toContain("<svg");
      expect(page).toContain("2026-11-02: 4");
    }
  });

  test("says how to ask a table for rows, as a role of people and without its personal columns", () => {
    const page = siteOf().get("table/mart.sales.customer.html") ?? "";
    expect(page).toContain(
      "USE ROLE ANALYST_SALES;\nSELECT account_id, events\nFROM mart.sales.customer\nLIMIT 5;",
    );
    expect(page).toContain("Without its personal column.");
    expect(page).not.toContain('<table class="sample"');
  });

  test("shows a few rows where an account gave them, and no markup of theirs", () => {
    const samples = {
      "mart.sales.customer": { columns: ["ACCOUNT_ID"], rows: [[EVIL], [null]], title: "read today" },
    };
    const files = [...siteFiles(catalogOf(), { metrics: {}, reports: {}, samples })];
    const page = files.find(({ path }) => path === "table/mart.sales.customer.html")?.text ?? "";
    expect(page).toContain('<table class="sample"><thead><tr><th>account_id</th>');
    expect(page).not.toContain(EVIL);
  });

  test("tells a metric's whole definition: statistic, expression, rows, dimensions, and where its number stands", () => {
    const page = siteOf().get("metric/active_customers.html") ?? "";
    for (const part of [
      "how many different values there are of",
      "r.account_id",
      "r.events &gt; 0",
      "r.account_id is not null",
      'href="../table/mart.sales.customer.html"',
      'href="../table/mart.sales.kpi.html#active_customers"',
      'href="../report/active_by_day.html"',
    ])
      expect(page).toContain(part);
  });
});

describe("the folder", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "firn-catalog-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (...files: string[]): number =>
    writeSite(
      folder,
      files.map((path): SiteFile => ({ path, text: path })),
    );

  test("loses the pages of what is gone", () => {
    write("index.html", "table/a.html", "table/b.html");
    expect(write("index.html", "table/a.html")).toBe(2);
    expect(readdirSync(join(folder, "table"))).toEqual(["a.html"]);
  });

  test("that is no catalogue's is left alone", () => {
    writeFileSync(join(folder, "thesis.txt"), "");
    expect(() => write("index.html")).toThrow(CatalogFolderError);
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });
});

test("names become plain file names, and different names different ones", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (left, right) => {
      expect(fileName(left)).toMatch(/^[a-z0-9_~-][a-z0-9._~-]*$/);
      return left === right || fileName(left) !== fileName(right);
    }),
    { seed: 10 },
  );
});

test("boxes of a drawn graph never overlap, and what reads stands to the right of what it reads", () => {
  const graph = fc.integer({ min: 1, max: 25 }).chain((size) =>
    fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }).map((pairs) => ({
      boxes: Array.from({ length: size }, (_, index) => ({
        id: String(index),
        width: 100,
        height: 20 + (index % 4) * 10,
      })),
      edges: pairs
        .filter(([from, to]) => from < to)
        .map(([from, to]) => ({ from: String(from), to: String(to) })),
    })),
  );
  fc.assert(
    fc.property(graph, ({ boxes, edges }) => {
      const placed = layered(boxes, edges).boxes;
      const place = new Map(placed.map((box) => [box.id, box]));
      for (const edge of edges) expect(place.get(edge.to)?.x).toBeGreaterThan(place.get(edge.from)?.x ?? 0);
      for (const a of placed)
        for (const b of placed)
          if (a.id < b.id)
            expect(
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
            ).toBe(true);
    }),
    { seed: 11, numRuns: 60 },
  );
});

test("a circle of reads is drawn all the same", () => {
  const boxes = ["a", "b"].map((id) => ({ id, width: 10, height: 10 }));
  expect(
    layered(boxes, [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
    ]).boxes,
  ).toHaveLength(2);
});
