import type { Platform } from "../../infra/platform.ts";
import { parsePolicyConfig } from "../../policy/config.ts";
import { renderReview } from "../../review/render.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { first, reviewOf } from "./support.ts";

describe("a review", () => {
  test("of no change says so, and asks nobody", () => {
    const review = reviewOf(() => {});
    expect(review.verdict).toEqual({
      decision: "clear",
      sentence: "Nothing changes in money, access, data or meaning. Nobody has to approve.",
      approvers: [],
    });
    expect(review.resources).toMatchObject({ changes: [], unknownKinds: [] });
    expect(review.unread).toEqual([]);
  });

  test("asks finance where the worst case rises, with what each setting does alone", () => {
    const review = reviewOf((platform) => {
      first(platform.warehouses).size = "LARGE";
      first(platform.monitors).credits = 5000;
    });
    expect(review.verdict.approvers.map((each) => each.who)).toContain("finance");
    expect(review.money.total.ceiling).toBeGreaterThan(0);
    const [size, quota] = review.money.policyChanges;
    expect(size).toMatchObject({
      name: "TRANSFORM",
      setting: "size",
      before: "SMALL",
      after: "LARGE",
      unbounded: [],
    });
    expect(size?.expected).toBeGreaterThan(0);
    expect(quota).toMatchObject({ name: "ACCOUNT_GUARD", setting: "credits", before: "900", after: "5000" });
  });

  test("says what becomes unbounded", () => {
    const review = reviewOf((platform) => {
      Object.assign(first(platform.warehouses), { queryAcceleration: { enabled: true, maxScaleFactor: 0 } });
    });
    expect(review.money.newlyUnbounded).toEqual(["TRANSFORM: Query Acceleration"]);
    expect(review.money.policyChanges).toEqual([
      expect.objectContaining({
        setting: "queryAcceleration",
        before: "not set",
        unbounded: ["TRANSFORM: Query Acceleration"],
      }),
    ]);
  });

  test("names what nobody set, with its price", () => {
    expect(reviewOf(() => {}).money.defaults).toEqual([
      { name: "REPORTING", what: expect.stringContaining("factor 2"), ceiling: 2 * 744 * 3 },
    ]);
  });

  test("tells a department that it is above its budget", () => {
    const review = reviewOf((platform) => {
      platform.budgets = { sales: 1 };
    });
    expect(review.money.overBudget).toEqual([
      { department: "sales", budget: 1, expected: expect.any(Number), before: expect.any(Number) },
    ]);
  });

  test("does not ask finance about a budget that was passed before, and does where the change passes it", () => {
    const low = { ...examplePlatform(), budgets: { sales: 1 } };
    const same = reviewOf((platform) => Object.assign(platform, { budgets: { sales: 1 } }), { base: low });
    expect(same.money.overBudget).toHaveLength(1);
    expect(same.verdict.approvers).toEqual([]);
    const passing = reviewOf((platform) => {
      platform.budgets = { sales: 400 };
      first(platform.warehouses).size = "MEDIUM";
    });
    expect(passing.verdict.approvers[0]?.why).toContain("sales is above its budget");
  });

  test("asks finance where a monitor would suspend at the expected use, and says so in its sentence", () => {
    const busy = (platform: Platform): void => {
      first(platform.warehouses).autoSuspend = 0;
    };
    const review = reviewOf((platform) => {
      busy(platform);
      for (const monitor of platform.monitors) if (!monitor.account) monitor.credits = 10;
    });
    expect(review.verdict.sentence).toContain(
      "has TRANSFORM suspended by the monitor TRANSFORM_GUARD at the expected use",
    );
    const finance = review.verdict.approvers.find((each) => each.who === "finance");
    expect(finance?.why).toContain("the monitor TRANSFORM_GUARD would suspend TRANSFORM at the expected use");
    const before = examplePlatform();
    busy(before);
    for (const monitor of before.monitors) if (!monitor.account) monitor.credits = 10;
    const standing = reviewOf((platform) => Object.assign(platform, before), { base: before });
    expect(standing.verdict.decision).toBe("clear");
    expect(standing.money.overQuota).toHaveLength(1);
  });

  test("without a base still comes out, prices the head and says what it could not read", () => {
    const review = reviewOf((platform) => Object.assign(platform, { budgets: {} }), {
      base: undefined,
      unread: ["The base main could not be read: shallow clone."],
    });
    expect(review.base.read).toBe(false);
    expect(review.money.after.total.expected).toBeGreaterThan(0);
    expect(review.verdict.approvers).toEqual([
      { who: "platform", why: ["the base could not be read, so nothing is compared"] },
    ]);
    expect(review.unread).toEqual(["The base main could not be read: shallow clone."]);
  });

  test("compares an unknown kind of resource as data, and says so", () => {
    const dynamicTables = [{ key: "d", name: "D", lag: "1 minute" }];
    const base = { ...examplePlatform(), dynamicTables } as Platform;
    const review = reviewOf(() => {}, { base });
    expect(review.resources.unknownKinds).toEqual(["dynamicTables"]);
    expect(review.resources.changes).toEqual([
      expect.objectContaining({ kind: "dynamicTables", action: "delete", name: "D" }),
    ]);
    expect(review.risks).toEqual([expect.objectContaining({ severity: "can lose data", name: "D" })]);
    expect(review.unread.join()).toMatch(/dynamicTables/);
  });

  test("of a base whose data have another shape still comes out", () => {
    const base = {
      ...examplePlatform(),
      warehouses: undefined,
      roleGrants: undefined,
    } as unknown as Platform;
    const review = reviewOf(() => {}, { base });
    expect(review.unread.join("\n")).toMatch(/Money of the base could not be compared/);
    expect(review.unread.join("\n")).toMatch(/Access could not be compared/);
    expect(review.verdict.sentence).toContain("cannot be compared in money");
    expect(review.verdict.sentence).not.toContain("more a month");
    expect(renderReview(review, "text")).toContain("only the new revision is priced");
    expect(review.verdict.sentence).toEqual(expect.any(String));
  });

  test("in a region without prices lists every item instead of guessing, and calls no missing price a saving", () => {
    const review = reviewOf((platform) => {
      platform.region = "aws.il-central-1";
    });
    expect(review.money.after.total.expected).toBe(0);
    expect(review.money.unpriced.length).toBe(review.money.after.items.length);
    expect(review.money.total).toMatchObject({ expected: 0, ceiling: 0 });
    expect(review.verdict.decision).toBe("approve");
    expect(review.verdict.sentence).toContain("without a price, whose cost is not known");
    expect(review.verdict.sentence).not.toContain("less a month");
    expect(review.verdict.approvers[0]).toMatchObject({
      who: "finance",
      why: expect.arrayContaining([`${review.money.unpriced.length} things without a price`]),
    });
    expect(review.money.policyChanges[0]).toMatchObject({
      setting: "region",
      before: "aws.us-east-1",
      after: "aws.il-central-1",
      expected: 0,
    });
    expect(review.unread.join("\n")).toMatch(/No price for .* and \d+ more: .*il-central-1/);
  });

  test("names a department once that approves both for the money and for its models", () => {
    const review = reviewOf((platform) => {
      first(platform.warehouses).size = "LARGE";
      const model = first(platform.models);
      Object.assign(model, { owner: "finance", grain: "one row a day" });
    });
    const finance = review.verdict.approvers.filter((each) => each.who === "finance");
    expect(finance).toHaveLength(1);
    expect(finance[0]?.why).toEqual(
      expect.arrayContaining([expect.stringContaining("expected cost"), "1 model of theirs changes"]),
    );
  });

  test("asks finance where the change itself moves a limit, a waiver or a budget", () => {
    const before = parsePolicyConfig({ limits: { statementTimeout: "1 hour" } });
    const after = parsePolicyConfig({
      limits: { statementTimeout: "1 day" },
      waivers: [
        { rule: "warehouse-size", resource: "warehouse BI", owner: "me", reason: "x", expires: "2026-12-31" },
      ],
    });
    const review = reviewOf(
      (platform) => {
        platform.budgets = { sales: 900 };
      },
      { policy: { config: after, base: before, today: "2026-11-28" } },
    );
    expect(review.guardrails).toEqual([
      { setting: "budgets.sales", before: "500", after: "900" },
      { setting: "limits.statementTimeout", before: "3600", after: "86400" },
      {
        setting: "waivers.warehouse-size for warehouse BI",
        before: "none",
        after: "until 2026-12-31 by me: x",
      },
    ]);
    const whyOf = (who: string) => review.verdict.approvers.find((each) => each.who === who)?.why;
    expect(whyOf("finance")).toContain("3 guardrails of policy change");
    expect(whyOf("security")).toContain("1 of policy's levels and waivers changes");
    expect(review.verdict.sentence).toContain("changes 3 guardrails of policy");
    expect(renderReview(review, "text")).toContain("limits.statementTimeout");
  });

  test("compares what has a price on both sides where some things have none", () => {
    const review = reviewOf((platform) => {
      first(platform.warehouses).size = "LARGE";
      platform.warehouses.push({
        ...first(platform.warehouses),
        key: "odd",
        name: "ODD",
        size: "X6LARGE",
        ...({ generation: 2 } as object),
      });
    });
    expect(review.money.newlyUnpriced).toContain("ODD: Virtual Warehouse");
    expect(review.money.total.expected).toBeGreaterThan(0);
  });
});
