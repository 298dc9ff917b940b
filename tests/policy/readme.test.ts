import { readFileSync, writeFileSync } from "node:fs";
import { RULES } from "../../policy/rules/index.ts";

const README = new URL("../../policy/README.md", import.meta.url);

test("the table of rules in the README is the rules' own", () => {
  const rows = RULES.toSorted((a, b) => `${a.topic} ${a.name}`.localeCompare(`${b.topic} ${b.name}`)).map(
    (rule) => `| \`${rule.name}\` | ${rule.topic} | ${rule.level} | ${rule.description} |`,
  );
  const table = ["| rule | topic | level | what it asks |", "|---|---|---|---|", ...rows].join("\n");
  const text = readFileSync(README, "utf8");
  const fresh = text.replace(/(<!-- rules:[^\n]*-->\n)[\s\S]*?(<!-- \/rules -->)/, `$1\n${table}\n\n$2`);
  if (process.env["FIRN_WRITE"]) writeFileSync(README, fresh);
  // The formatter pads the columns.
  const plain = (markdown: string): string =>
    markdown
      .replaceAll(/ {2,}/g, " ")
      .replaceAll(/-{3,}/g, "---")
      .replaceAll("| --- ", "|---")
      .replaceAll("|---|---|---|--- |", "|---|---|---|---|");
  expect(plain(process.env["FIRN_WRITE"] ? fresh : text)).toBe(plain(fresh));
});
