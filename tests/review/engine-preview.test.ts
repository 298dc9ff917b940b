import { parsePreview } from "../../review/engine-preview.ts";
import { renderReview } from "../../review/render.ts";
import { reviewOf } from "./support.ts";

const PRINTED = JSON.stringify({
  config: { "firn:region": "x" },
  changeSummary: { same: 240, replace: 1, update: 0 },
  steps: [
    { op: "same", urn: "urn:pulumi:prod::firn::pulumi:pulumi:Stack::firn-prod" },
    {
      op: "replace",
      urn: "urn:pulumi:prod::firn::firn:pipelines:Loading$snowflake:index/pipe:Pipe::raw.crm.account",
      oldState: { inputs: { copyStatement: "a secret value" } },
      replaceReasons: ["copyStatement"],
      diffReasons: ["copyStatement"],
    },
  ],
  diagnostics: [
    { message: "policy says no\\n", severity: "error" },
    { message: "chatter", severity: "info" },
  ],
});

describe("the engine's preview", () => {
  test("is read as operations, names and properties, without values", () => {
    const preview = parsePreview(PRINTED);
    expect(preview).toEqual({
      counts: { same: 240, replace: 1 },
      steps: [{ op: "replace", type: "Pipe", name: "raw.crm.account", properties: ["copyStatement"] }],
      errors: [expect.stringContaining("policy says no")],
    });
    expect(JSON.stringify(preview)).not.toContain("secret value");
  });

  test("has a section of its own where it was asked", () => {
    const review = reviewOf(() => {});
    expect(renderReview(review, "md")).not.toContain("engine's preview");
    const with_ = renderReview({ ...review, preview: parsePreview(PRINTED) }, "md");
    expect(with_).toContain("### The engine's preview · 1 step");
    expect(with_).toContain("replace Pipe `raw.crm.account`");
  });

  test.each(["", "no JSON", "[]"])("%j is refused", (printed) => {
    expect(() => parsePreview(printed)).toThrow();
  });
});
