import { loadPriceBook } from "../../cost/price-book.ts";
import { loadUsage } from "../../cost/usage.ts";
import type { Platform } from "../../infra/platform.ts";
import { type Review, type ReviewInput, reviewPlatform } from "../../review/review.ts";
import { examplePlatform } from "../cost/support/example-platform.ts";

const book = loadPriceBook();
const usage = loadUsage("example");

/** The review of the example before and after a change. */
export function reviewOf(change: (platform: Platform) => void, over: Partial<ReviewInput> = {}): Review {
  const head = examplePlatform();
  change(head);
  return reviewPlatform({
    base: examplePlatform(),
    head,
    book,
    usage,
    baseLabel: "main",
    headLabel: "branch",
    ...over,
  });
}

export const first = <T>(list: T[]): T => list[0] as T;
