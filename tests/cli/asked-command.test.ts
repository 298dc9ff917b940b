import { askedFor } from "../../cli/asked-command.ts";

test.each([
  [["up"], "up"],
  [["--stack", "review", "up", "--days", "2"], "up"],
  [["--stack=review", "--json", "sql", "SELECT 1"], "sql"],
  [["--help"], undefined],
  [["--stack"], undefined],
  [[], undefined],
])("the command of %j is %s", (words, asked) => {
  expect(askedFor(words)).toBe(asked);
});
