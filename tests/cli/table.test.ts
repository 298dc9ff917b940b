import { stripVTControlCharacters } from "node:util";
import { renderTable } from "../../cli/table.ts";

test("numbers stand to the right under their header, text to the left", () => {
  const lines = renderTable(
    ["DAY", "EVENTS"],
    [
      ["2026-03-01", 7],
      ["2026-03-02", 1200],
    ],
  ).split("\n");
  expect(lines.map((line) => stripVTControlCharacters(line))).toEqual([
    "DAY         EVENTS",
    "2026-03-01       7",
    "2026-03-02    1200",
  ]);
});

test("a long cell is cut with an ellipsis and a line break does not break the table", () => {
  const text = renderTable(["T"], [["a\nb"], ["x".repeat(100)]], { maxWidth: 10 });
  expect(text).toContain("a b");
  expect(text).toContain(`${"x".repeat(9)}…`);
});
