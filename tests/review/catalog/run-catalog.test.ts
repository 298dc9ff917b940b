import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCatalog } from "../../../review/run-catalog.ts";

const root = join(import.meta.dirname, "..", "..", "..");
let output = "";
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "firn-catalog-"));
});
afterEach(() => rmSync(output, { recursive: true }));

test("an account is asked for reports, metrics and rows of what models make, never for a source's records", async () => {
  const asked: string[] = [];
  const result = await runCatalog({
    root,
    stack: "prod",
    output: join(output, "site"),
    readAt: "read today",
    query: async (statement) => {
      asked.push(statement);
      if (statement.includes("firn_core.finance.invoice\n")) throw new Error("the account is away");
      return { columns: ["A"], rows: [[1]] };
    },
  });
  const samples = asked.filter((statement) => statement.endsWith("LIMIT 5"));
  expect(samples.length).toBeGreaterThan(50);
  expect(samples.filter((statement) => !/\nFROM firn_(core|mart)\./.test(statement))).toEqual([]);
  expect(samples.join("\n")).not.toMatch(/\bemail\b/);
  expect(result.unread).toEqual(["core.finance.invoice: the account is away"]);
  const page = (table: string): string =>
    readFileSync(join(output, "site", "table", `${table}.html`), "utf8");
  expect(page("core.customer.account")).toContain('<table class="sample">');
  expect(page("core.finance.invoice")).not.toContain('<table class="sample">');
  expect(page("raw.salesforce.account")).not.toContain('<table class="sample">');
});
