import { renderHtml } from "./document/html.ts";
import { renderMarkdown } from "./document/markdown.ts";
import { renderTerminal } from "./document/terminal.ts";
import { reviewDocument } from "./report.ts";
import type { Review } from "./review.ts";

export type Format = "text" | "md" | "html" | "json";

/** The review in one of its four forms; they differ in nothing but the medium. */
export function renderReview(
  review: Review,
  format: Format,
  options: { color?: boolean; width?: number } = {},
): string {
  switch (format) {
    case "text":
      return renderTerminal(reviewDocument(review), options);
    case "md":
      return renderMarkdown(reviewDocument(review));
    case "html":
      return renderHtml(reviewDocument(review));
    case "json":
      return `${JSON.stringify({ ok: true, review }, null, 1)}\n`;
  }
}
