import { join } from "node:path";
import { BILLED } from "../../../cost/estimate/billed.ts";
import { estimate } from "../../../cost/estimate/estimate.ts";
import type { Figure } from "../../../cost/figure.ts";
import { loadPriceBook } from "../../../cost/price-book.ts";
import { loadUsage } from "../../../cost/usage.ts";
import { loadPlatform } from "../../../infra/load.ts";

const root = join(import.meta.dirname, "..", "..", "..");
/** Of what somebody runs for the account as a whole. */
const OF_THE_ACCOUNT = ["Cloud Services"];

describe.each(["prod", "managed"])("of stack %s", (stack) => {
  const platform = loadPlatform({ root, stack });
  const result = estimate(platform, loadPriceBook(), loadUsage(stack));
  const services = new Set(result.items.map((item) => item.service));

  test("every service with a price is told by a part of the platform, and nothing is billed besides", () => {
    const told = new Set(Object.values(BILLED).flatMap((each) => ("services" in each ? each.services : [])));
    expect(
      [...services].filter((service) => !told.has(service) && !OF_THE_ACCOUNT.includes(service)),
    ).toEqual([]);
  });

  test("every part that is billed and declared has an item of each service that applies", () => {
    const optional = new Set(["Query Acceleration", "Serverless Task"]);
    const declared = (part: string): boolean => {
      const value = (platform as unknown as Record<string, unknown>)[part];
      return Array.isArray(value) ? value.length > 0 : value !== undefined;
    };
    const missing = Object.entries(BILLED).flatMap(([part, each]) =>
      "services" in each && declared(part)
        ? each.services.filter((service) => !services.has(service) && !optional.has(service))
        : [],
    );
    expect(missing).toEqual([]);
  });

  test("every figure can be taken apart to sources, or says why there is none", () => {
    const leaves = (figure: Figure): Figure[] =>
      (figure.inputs ?? []).flatMap(leaves).concat(figure.inputs ? [] : figure);
    for (const item of result.items)
      for (const figure of [item.quantity, item.unitPrice, item.expected, item.ceiling])
        for (const leaf of leaves(figure)) {
          if (leaf.value.kind === "number") expect(leaf.source?.title).toBeTruthy();
          else expect(leaf.value.because).not.toBe("");
        }
  });

  test("every item is priced or named as what has no price, and limited or named as what has no limit", () => {
    for (const item of result.items) {
      const name = `${item.resource.name}: ${item.service}`;
      for (const value of [item.expected.value, item.ceiling.value])
        if (value.kind !== "number")
          expect([...result.unpriced, ...result.unbounded].map((each) => each.name)).toContain(name);
    }
  });
});

test("data that AppFlow carries out of AWS has no known price and is named, one flow after the other", () => {
  const platform = loadPlatform({ root, stack: "managed" });
  const { unpriced } = estimate(platform, loadPriceBook(), loadUsage("managed"));
  const out = platform.flows.filter((flow) => flow.direction === "out");
  expect(unpriced.map((each) => each.name)).toEqual(out.map((flow) => `${flow.name}: Amazon AppFlow`));
});
