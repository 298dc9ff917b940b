import type { CostItem } from "../../cost/estimate/item.ts";
import { explainFigure, showValue } from "../../cost/explain.ts";
import { type Block, code, faint, strong } from "../document/document.ts";
import { count } from "../verdict.ts";

/** Every figure taken apart: item by item, largest first, down to prices, settings and assumptions; folded away. */
export function derivations(items: CostItem[], of = ""): Block {
  const amount = (item: CostItem): number =>
    item.expected.value.kind === "number" ? item.expected.value.number : 0;
  const sorted = items.toSorted((left, right) => amount(right) - amount(left));
  return {
    kind: "details",
    quiet: true,
    summary: `Where the figures${of} come from: ${count(items.length, "item")}, each taken apart`,
    blocks: sorted.map(
      (item): Block => ({
        kind: "details",
        summary: [
          code(item.resource.name),
          ` ${item.service}: `,
          strong(showValue(item.expected.value)),
          faint(` expected, at most ${showValue(item.ceiling.value)}; ${sharesText(item)}`),
        ],
        blocks: [
          {
            kind: "text",
            text: faint(
              [
                item.basis === "enforced"
                  ? "the worst case is enforced"
                  : "the worst case is a declared volume, nothing enforces it",
                ...item.notes,
              ].join("; "),
            ),
          },
          { kind: "lines", lines: [...explainFigure(item.expected), ...explainFigure(item.ceiling)] },
        ],
      }),
    ),
  };
}

/** `product 60 %, sales 40 %`. */
const sharesText = (item: CostItem): string =>
  item.departments
    .map(({ department, share }) => (share === 1 ? department : `${department} ${Math.round(share * 100)} %`))
    .join(", ");
