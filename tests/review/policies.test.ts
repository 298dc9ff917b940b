import type { Platform, RowAccessPolicy, View } from "../../infra/platform.ts";
import { renderMarkdown } from "../../review/document/markdown.ts";
import { reviewDocument } from "../../review/report.ts";
import { completed } from "../../review/revision/older.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";
import { first, reviewOf } from "./support.ts";

const inGovernance = (name: string) => ({ database: "OPS", schema: "GOVERNANCE", name });
const POLICY: RowAccessPolicy = {
  key: "rows",
  ...inGovernance("ROWS"),
  argument: { name: "DEPARTMENT", type: "VARCHAR" },
  all: ["TRANSFORMER"],
  own: [{ value: "sales", role: "ANALYST_SALES" }],
  body: "…",
  comment: "",
};
const SHARED: View = {
  key: "mart.sales.shared",
  logical: "mart.sales.shared",
  database: "MART",
  schema: "SALES",
  name: "SHARED",
  columns: [{ name: "DEPARTMENT", type: "VARCHAR", nullable: true, description: "", tags: [] }],
  statement: "SELECT 1",
  secure: true,
  rowAccess: { policy: inGovernance("ROWS"), on: ["DEPARTMENT"] },
  comment: "",
};

/** A platform in which the sales people read a view behind a row access policy. */
function shared(change: (platform: Platform) => void = () => {}): Platform {
  const platform = examplePlatform();
  platform.views.push({ ...SHARED });
  platform.governance.rowPolicies.push({ ...POLICY, own: [...POLICY.own] });
  platform.grants.push({
    key: "views",
    role: "MART_SALES_READ",
    privileges: ["SELECT"],
    target: { on: "future", objects: "VIEWS", schema: { database: "MART", schema: "SALES" } },
    because: "",
  });
  change(platform);
  return platform;
}
const markdown = (review: Parameters<typeof reviewDocument>[0]) => renderMarkdown(reviewDocument(review));

describe("which rows are seen", () => {
  test("more of them are told with what was before, and security has to approve", () => {
    const head = shared((platform) => {
      first(platform.governance.rowPolicies).own.push({ value: "finance", role: "ANALYST_SALES" });
    });
    const review = reviewOf((platform) => Object.assign(platform, head), { base: shared() });
    const change = review.access.find((each) => each.principal === "ANALYST_SALES");
    expect(change).toMatchObject({
      object: "view MART.SALES.SHARED",
      rows: { was: "rows of sales", is: "rows of sales, finance" },
    });
    expect(markdown(review)).toContain("rows of sales, finance instead of rows of sales");
    expect(review.verdict.approvers.find((each) => each.who === "security")?.why).toContain(
      "1 change of which rows are seen",
    );
  });

  test("a policy that is taken away shows all rows, before other gains", () => {
    const head = shared((platform) => {
      delete first(platform.views).rowAccess;
      platform.grants.push({
        key: "more",
        role: "ANALYST_SALES",
        privileges: ["USAGE"],
        target: { on: "warehouse", name: "TRANSFORM" },
        because: "",
      });
    });
    const review = reviewOf((platform) => Object.assign(platform, head), { base: shared() });
    expect(first(review.access)).toMatchObject({ rows: { was: "rows of sales", is: "all rows" } });
  });

  test("an unchanged policy is no change", () => {
    const review = reviewOf((platform) => Object.assign(platform, shared()), { base: shared() });
    expect(review.access).toEqual([]);
  });
});

describe("what hides and what admits", () => {
  const governed = (change: (platform: Platform) => void) =>
    reviewOf(
      (platform) => {
        platform.governance.networkRules = [
          {
            key: "n",
            ...inGovernance("LOADER_ADDRESSES"),
            addresses: ["10.0.0.0/8", "203.0.113.0/24"],
            comment: "",
          },
        ];
        change(platform);
      },
      { base: base() },
    );
  const base = () => {
    const platform = examplePlatform();
    platform.governance.networkRules = [
      { key: "n", ...inGovernance("LOADER_ADDRESSES"), addresses: ["10.0.0.0/8"], comment: "" },
    ];
    platform.governance.associations = [
      {
        key: "a",
        tag: inGovernance("PERSONAL"),
        value: "personal",
        on: "column",
        objects: [
          ["CORE", "CUSTOMER", "ACCOUNT", "EMAIL"],
          ["CORE", "CUSTOMER", "ACCOUNT", "NAME"],
        ],
      },
    ];
    return platform;
  };

  test("addresses, tagged columns and a user's policy are told as what they were and are", () => {
    const review = governed((platform) => {
      platform.governance.associations = [
        {
          ...base().governance.associations[0]!,
          objects: [
            ["CORE", "CUSTOMER", "ACCOUNT", "EMAIL"],
            ["RAW", "CRM", "ACCOUNT", "RECORD"],
          ],
        },
      ];
      first(platform.users).networkPolicy = "LOADER";
    });
    const text = markdown(review);
    expect(text).toContain("OPS.GOVERNANCE.LOADER_ADDRESSES");
    expect(text).toContain("203.0.113.0/24");
    expect(text).toMatch(
      /tagged: .*RAW\.CRM\.ACCOUNT\.RECORD.*no longer tagged: .*CORE\.CUSTOMER\.ACCOUNT\.NAME/,
    );
    expect(text).toMatch(/networkPolicy.*nothing.*LOADER/);
    expect(review.verdict.approvers.find((each) => each.who === "security")?.why).toContain(
      "2 changes to masks, policies or networks",
    );
  });

  test("a mask's body that changes is an update, its type a replacement", () => {
    const mask = {
      key: "m",
      ...inGovernance("MASK"),
      type: "VARCHAR",
      body: "NULL",
      unmasked: [],
      comment: "",
    };
    const before = examplePlatform();
    before.governance.masks = [mask];
    const actions = (after: typeof mask) =>
      reviewOf((platform) => platform.governance.masks.push(after), {
        base: before,
      }).resources.changes.map((change) => [change.label, change.action]);
    expect(actions({ ...mask, body: "'***'" })).toEqual([["Masking policy", "update"]]);
    expect(actions({ ...mask, type: "NUMBER" })).toEqual([["Masking policy", "replace"]]);
  });

  test("what only marks a column is no change of its table", () => {
    const review = reviewOf((platform) => {
      const column = first(first(platform.tables).columns);
      Object.assign(column, {
        tags: ["owner"],
        masking: { policy: "MASK", unmasked: ["X"] },
        sameAs: "EMAIL",
      });
    });
    expect(review.resources.changes).toEqual([]);
  });
});

test("a revision that knew no governance, flows or alerts is compared as one that had none, and priced", () => {
  const {
    governance: _,
    flows: _flows,
    activations: _activations,
    alerts: _alerts,
    ...older
  } = examplePlatform();
  for (const model of older.models) delete (model as Partial<(typeof older.models)[0]>).shows;
  const base = completed(older as Platform);
  expect(base.governance.masks).toEqual([]);
  const review = reviewOf(() => {}, { base });
  expect([review.unread, review.access, review.resources.changes]).toEqual([[], [], []]);
  expect(review.money.before?.total).toEqual(review.money.after.total);
});
