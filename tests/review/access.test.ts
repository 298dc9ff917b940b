import type { Grant } from "../../infra/platform.ts";
import { effectiveAccess } from "../../review/access/effective.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { first, reviewOf } from "./support.ts";

const grantTo = (role: string, privileges: string[], target: Grant["target"]): Grant => ({
  key: `test:${role}:${JSON.stringify(target)}`,
  role,
  privileges,
  target,
  because: "test",
});
const of = (principal: string, object: string) =>
  effectiveAccess(examplePlatform()).find((each) => each.principal === principal && each.object === object);

describe("effective access", () => {
  test("comes through granted roles and future grants, with the way", () => {
    expect(of("ANALYST_SALES", "table MART.SALES.KPI")?.privileges).toEqual({
      SELECT: { roles: ["ANALYST_SALES", "MART_SALES_READ"], grant: expect.stringContaining("future") },
    });
    expect(of("TRANSFORM_SERVICE", "table CORE.CUSTOMER.ACCOUNT")?.privileges["SELECT"]?.roles).toEqual(
      ["TRANSFORM_SERVICE", "TRANSFORMER", "CORE_CUSTOMER_READ"].slice(1),
    );
  });

  test("marks columns that are personal by their tag or by lineage", () => {
    expect(of("ANALYST_SALES", "table MART.SALES.CUSTOMER")?.columns["EMAIL"]).toEqual({
      sight: "clear",
      pii: "tagged",
    });
    const platform = examplePlatform();
    const mart = platform.tables.find((table) => table.logical === "mart.sales.customer");
    for (const column of [...(mart?.columns ?? [])]) column.tags = [];
    const derived = effectiveAccess({
      ...platform,
      models: platform.models.map((model) =>
        model.logical === "mart.sales.customer" ? { ...model, columns: [] } : model,
      ),
    });
    expect(
      derived.find(
        (each) => each.principal === "ANALYST_SALES" && each.object === "table MART.SALES.CUSTOMER",
      )?.columns["EMAIL"]?.pii,
    ).toBe("from core.customer.account.email");
  });

  test("needs USAGE on database and schema", () => {
    const platform = examplePlatform();
    platform.grants = platform.grants.filter(
      (grant) => !(grant.role === "MART_SALES_READ" && grant.target.on === "database"),
    );
    expect(
      effectiveAccess(platform).some(
        (each) => each.principal === "ANALYST_SALES" && each.objectKind === "table",
      ),
    ).toBe(false);
  });

  test("comes with ownership too: who makes pipes, streams and tasks owns them", () => {
    expect(of("TRANSFORM_SERVICE", "task OPS.PIPELINE.MART.SALES.KPI")?.privileges["OWNERSHIP"]).toEqual({
      roles: ["TRANSFORMER"],
      grant: "made by TRANSFORMER",
    });
  });

  test("ends where roles are granted in a circle", () => {
    const platform = examplePlatform();
    platform.roleGrants.push({ key: "loop", role: "TRANSFORMER", to: { role: "RAW_CRM_READ" } });
    expect(effectiveAccess(platform).length).toBeGreaterThan(0);
  });
});

describe("a change of access", () => {
  test("puts a new way to personal data first, with the columns and the way", () => {
    const review = reviewOf((platform) => {
      platform.roleGrants.push({ key: "new", role: "CORE_CUSTOMER_READ", to: { role: "ANALYST_SALES" } });
    });
    expect(first(review.access)).toMatchObject({
      principal: "ANALYST_SALES",
      object: "table CORE.CUSTOMER.ACCOUNT",
      gained: ["SELECT"],
      newPersonal: ["EMAIL"],
      via: { roles: ["ANALYST_SALES", "CORE_CUSTOMER_READ"] },
    });
    expect(review.verdict.approvers.find((each) => each.who === "security")?.why[0]).toBe(
      "ANALYST_SALES can read 1 more personal column",
    );
  });

  test("does not call it a grant where a thing is new", () => {
    const review = reviewOf((platform) => {
      platform.streams.push({ ...first(platform.streams), key: "more", name: "MORE" });
    });
    expect(review.access).toEqual([
      expect.objectContaining({ principal: "TRANSFORMER", gained: ["OWNERSHIP"], because: "new object" }),
      expect.objectContaining({
        principal: "TRANSFORM_SERVICE",
        gained: ["OWNERSHIP"],
        because: "new object",
      }),
    ]);
    expect(review.verdict.approvers.map((each) => each.who)).toEqual(["platform"]);
  });

  test("shows who loses what", () => {
    const review = reviewOf((platform) => {
      platform.roleGrants = platform.roleGrants.filter((grant) => grant.role !== "MART_SALES_READ");
    });
    expect(review.access.every((change) => change.lost.length > 0 && change.gained.length === 0)).toBe(true);
    expect(review.access.map((change) => change.object)).toContain("table MART.SALES.KPI");
  });

  test("shows everybody's gain where something is granted to PUBLIC", () => {
    const review = reviewOf((platform) => {
      platform.grants.push(
        grantTo("PUBLIC", ["USAGE"], { on: "database", name: "MART" }),
        grantTo("PUBLIC", ["USAGE"], { on: "schema", schema: { database: "MART", schema: "SALES" } }),
        grantTo("PUBLIC", ["SELECT"], {
          on: "table",
          object: { database: "MART", schema: "SALES", name: "KPI" },
        }),
      );
    });
    expect(
      review.access.find((change) => change.principal === "PUBLIC" && change.objectKind === "table")?.gained,
    ).toEqual(["SELECT"]);
    expect(review.verdict.approvers.find((each) => each.who === "security")?.why).toContain(
      "everybody (PUBLIC) gains access",
    );
  });

  test("tells a personal column that appears in a table one could already read", () => {
    const review = reviewOf((platform) => {
      const kpi = platform.tables.find((table) => table.logical === "mart.sales.kpi");
      kpi?.columns.push({
        name: "CONTACT_EMAIL",
        type: "VARCHAR(16777216)",
        nullable: true,
        description: "",
        tags: ["pii"],
      });
    });
    const change = review.access.find((each) => each.principal === "ANALYST_SALES");
    expect(change).toMatchObject({
      gained: [],
      newPersonal: ["CONTACT_EMAIL"],
      columns: [{ name: "CONTACT_EMAIL", change: "now readable", pii: "tagged" }],
    });
  });

  test("leaves a column that is not personal to the section on meaning", () => {
    const review = reviewOf((platform) => {
      const kpi = platform.tables.find((table) => table.logical === "mart.sales.kpi");
      kpi?.columns.push({
        name: "REGION",
        type: "VARCHAR(16777216)",
        nullable: true,
        description: "",
        tags: [],
      });
    });
    expect(review.access).toEqual([]);
  });

  test("does not call a masked column a new way, and tells when the mask goes", () => {
    const mask = (platform: ReturnType<typeof examplePlatform>): void => {
      const table = platform.tables.find((each) => each.logical === "mart.sales.customer");
      Object.assign(table?.columns.find((column) => column.name === "EMAIL") ?? {}, {
        masking: { policy: "PII", unmasked: ["SECURITY"] },
      });
    };
    const masked = examplePlatform();
    mask(masked);
    const unmasking = reviewOf(() => {}, { base: masked });
    expect(first(unmasking.access)).toMatchObject({
      newPersonal: ["EMAIL"],
      columns: [{ name: "EMAIL", change: "now unmasked", pii: "tagged" }],
    });
    const masking = reviewOf(mask);
    expect(first(masking.access)).toMatchObject({
      newPersonal: [],
      columns: [{ name: "EMAIL", change: "now masked" }],
    });
  });

  test("tells where a column is declared personal otherwise than before, though nobody's sight changes yet", () => {
    const review = reviewOf((platform) => {
      const table = platform.tables.find((each) => each.logical === "raw.crm.account");
      Object.assign(table?.columns.find((column) => column.name === "EMAIL") ?? {}, {
        personalFields: ["address"],
      });
    });
    expect(review.declared).toEqual([{ column: "raw.crm.account.email", was: "pii", is: "pii: address" }]);
    expect(review.verdict.decision).toBe("approve");
    expect(review.verdict.sentence).toContain("changes what is declared personal");
    expect(review.verdict.approvers.find((each) => each.who === "security")?.why).toEqual([
      "1 column declared personal or not otherwise than before",
    ]);
  });

  test("says in the sentence who gets access to what", () => {
    const review = reviewOf((platform) => {
      platform.grants.push(
        grantTo("MART_SALES_READ", ["USAGE"], {
          on: "schema",
          schema: { database: "MART", schema: "OTHER" },
        }),
      );
    });
    expect(review.verdict.sentence).toMatch(/^It gives .*ANALYST_SALES.* access to MART\.OTHER\./);
  });
});
