import type { MeasuredDifference } from "../../cost/measured.ts";
import { type Block, code, type Text } from "../document/document.ts";

/** What was assumed of a month beside what was measured; undefined where nothing was. */
export function measuredTable(differences: readonly MeasuredDifference[]): Block | undefined {
  if (differences.length === 0) return undefined;
  return {
    kind: "table",
    columns: [
      { title: "Measured" },
      { title: "Assumed a month", align: "right" },
      { title: "Measured a month", align: "right" },
      { title: "Difference", align: "right" },
    ],
    rows: differences.map((each): Text[] => [
      code(each.name),
      `${each.forecast.toFixed(2)} ${each.unit.split("/")[0]}`,
      `${each.measured.toFixed(2)} ${each.unit.split("/")[0]}`,
      `${each.difference > 0 ? "+" : ""}${each.difference.toFixed(2)}`,
    ]),
  };
}
