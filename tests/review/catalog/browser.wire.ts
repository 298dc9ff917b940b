// The catalogue, the review's and the forecast's page in a real browser, as files. Without a Chromium there is nothing to try them in.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage } from "../../../cost/usage.ts";
import type { Platform } from "../../../infra/platform.ts";
import { gatherCatalog } from "../../../review/catalog/data.ts";
import { siteFiles } from "../../../review/catalog/site.ts";
import { writeSite } from "../../../review/catalog/write.ts";
import { renderReview } from "../../../review/render.ts";
import { examplePlatform } from "../../cost/support/example-platform.ts";
import { reviewOf } from "../support.ts";
import { Browser, findChromium } from "./support/browser.ts";

const chromium = findChromium();
const inBrowser = chromium ? describe : describe.skip;
const folder = mkdtempSync(join(tmpdir(), "firn-site-"));
const url = (path: string): string => pathToFileURL(join(folder, path)).href;
let browser: Browser;

const EVIL = '"><img src=x onerror="document.title=`broken into`">';

/** A role under another name, wherever it is named. */
function rename(platform: Platform, from: string, to: string): void {
  const { roles, roleGrants, grants } = JSON.parse(
    JSON.stringify({
      roles: platform.roles,
      roleGrants: platform.roleGrants,
      grants: platform.grants,
    }).replaceAll(`"${from}"`, `"${to}"`),
  ) as Pick<Platform, "roles" | "roleGrants" | "grants">;
  Object.assign(platform, { roles, roleGrants, grants });
}

beforeAll(async () => {
  const platform = examplePlatform();
  platform.kpis = [
    { name: "active_customers", sql: 'SELECT day FROM "MART"."SALES"."KPI"', columns: ["day"] },
  ];
  for (const model of platform.models) model.description += EVIL;
  rename(platform, "ANALYST_SALES", "FIRN_ANALYST_CUSTOMER_SUCCESS");
  writeSite(folder, siteFiles(gatherCatalog(platform, loadPriceBook(), loadUsage("example"))));
  const review = reviewOf((head) => {
    for (const warehouse of head.warehouses) Object.assign(warehouse, { name: EVIL, size: "LARGE" });
  });
  writeFileSync(join(folder, "review.html"), renderReview(review, "html"));
  if (chromium) browser = await Browser.start(chromium);
}, 60_000);

afterAll(async () => {
  await browser?.stop();
  rmSync(folder, { recursive: true, force: true });
});

inBrowser("the catalogue in a browser", () => {
  test("is searched with the keyboard alone: /, words, arrows, Enter", async () => {
    await browser.resize(1200, 800);
    await browser.open(url("index.html"));
    await browser.press("/", "/");
    expect(await browser.evaluate("document.activeElement.id")).toBe("search");
    await browser.type("customer email");
    const hits = await browser.evaluate<string[]>(
      "[...document.querySelectorAll('#results li')].map((li) => li.firstChild.textContent)",
    );
    expect(hits).toEqual(
      expect.arrayContaining(["core.customer.account.email", "mart.sales.customer.email"]),
    );
    await browser.press("ArrowDown");
    const wanted = await browser.evaluate<string>(
      "document.querySelector('#results [aria-selected=true]').firstChild.textContent",
    );
    expect(wanted).toBe(hits[1]);
    const loaded = browser.loaded();
    await browser.press("Enter", "\r");
    await loaded;
    expect(await browser.evaluate("location.pathname.split('/').at(-1) + location.hash")).toBe(
      `${wanted.split(".").slice(0, 3).join(".")}.html#email`,
    );
    expect(await browser.evaluate("document.querySelector('tr:target code').textContent")).toBe("email");
  });

  test("Escape leaves the search, and nothing found is said", async () => {
    await browser.open(url("index.html"));
    await browser.press("/", "/");
    await browser.type("nosuchthing");
    expect(await browser.evaluate("document.querySelector('#results').textContent")).toBe(
      "Nothing is called that.",
    );
    await browser.press("Escape");
    expect(await browser.evaluate("document.querySelector('#results').hidden")).toBe(true);
  });

  test("a column's way lights up, from its source to what uses it", async () => {
    await browser.open(url("table/core.customer.account.html"));
    await browser.evaluate(
      "document.querySelector('[data-column=\"core.customer.account.email\"]').dispatchEvent(new MouseEvent('mouseenter'))",
    );
    const hot = await browser.evaluate<string[]>(
      "[...document.querySelectorAll('.edge.hot')].map((edge) => edge.dataset.from + ' ' + edge.dataset.to)",
    );
    expect(hot.sort()).toEqual([
      "core.customer.account.email mart.sales.customer.email",
      "raw.crm.account.email core.customer.account.email",
    ]);
  });

  test.each([
    "index.html",
    "table/core.customer.account.html",
    "report/active_customers.html",
    "map.html",
    "lineage.html",
    "review.html",
  ])("%s fits a phone without sideways scrolling", async (path) => {
    await browser.resize(380, 800, true);
    await browser.open(url(path));
    expect(await browser.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(380);
  });

  test.each(["index.html", "table/core.customer.account.html", "map.html", "lineage.html", "review.html"])(
    "%s has no error, no foreign markup and a heading",
    async (path) => {
      browser.complaints.length = 0;
      await browser.resize(1200, 800);
      await browser.open(url(path));
      expect(browser.complaints).toEqual([]);
      expect(await browser.evaluate("document.querySelectorAll('img').length")).toBe(0);
      expect(await browser.evaluate("document.title")).not.toContain("broken into");
      expect(await browser.evaluate("document.querySelectorAll('h1').length")).toBe(1);
    },
  );

  test.each(["map.html", "lineage.html", "table/core.customer.account.html"])(
    "no text of the pictures in %s leaves its box",
    async (path) => {
      await browser.resize(1200, 800);
      await browser.open(url(path));
      const outside = await browser.evaluate<string[]>(
        `[...document.querySelectorAll("svg .node")].flatMap((node) => {
          const box = node.querySelector(".box").getBBox();
          return [...node.querySelectorAll("text")]
            .filter((text) => text.getBBox().x + text.getBBox().width > box.x + box.width)
            .map((text) => text.textContent);
        })`,
      );
      expect(outside).toEqual([]);
    },
  );

  test("every picture has a name for those who do not see it, and every field a label", async () => {
    await browser.open(url("map.html"));
    expect(
      await browser.evaluate(
        "[...document.querySelectorAll('svg')].every((svg) => svg.getAttribute('aria-label'))",
      ),
    ).toBe(true);
    expect(
      await browser.evaluate(
        "[...document.querySelectorAll('input')].every((input) => input.getAttribute('aria-label'))",
      ),
    ).toBe(true);
  });
});
