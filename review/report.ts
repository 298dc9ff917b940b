import type { Document, Tone } from "./document/document.ts";
import { code, faint } from "./document/document.ts";
import type { Review } from "./review.ts";
import { accessSection } from "./sections/access.ts";
import { meaningSection } from "./sections/meaning.ts";
import { moneySection } from "./sections/money.ts";
import { previewSection } from "./sections/preview.ts";
import { resourceSection } from "./sections/resources.ts";
import { riskSection } from "./sections/risk.ts";
import { verdictSection } from "./sections/verdict.ts";
import type { Verdict } from "./verdict.ts";

const TITLE: Record<Verdict["decision"], string> = {
  stop: "Policy refuses this change",
  approve: "This change needs approval",
  clear: "Nothing to approve",
};
const TONE: Record<Verdict["decision"], Tone> = { stop: "bad", approve: "warn", clear: "good" };

/** The review as a document: the same for the terminal, a pull-request comment and the HTML page. */
export function reviewDocument(review: Review): Document {
  return {
    marker: `firn-review ${review.stack}`,
    title: `${TITLE[review.verdict.decision]} · stack ${review.stack}`,
    subtitle: [
      "Compares ",
      code(review.base.label),
      review.base.read ? "" : " (not readable)",
      " with ",
      code(review.head.label),
      ".",
    ],
    tone: TONE[review.verdict.decision],
    sections: [
      verdictSection(review),
      moneySection(review),
      accessSection(review),
      riskSection(review),
      meaningSection(review),
      resourceSection(review),
      ...(review.preview ? [previewSection(review.preview)] : []),
    ],
    foot: [
      faint(
        `Prices: book ${review.money.after.priceBook}, ${review.money.after.terms}, ${review.money.after.region}, ${review.money.after.edition}. Use: assumptions ${review.money.after.usage}. A forecast, not a bill.`,
      ),
    ],
  };
}
