import type { Platform } from "../../infra/platform.ts";
import { renderHtml } from "../../review/document/html.ts";
import { codeSpan, commentMarker, escapeText, renderMarkdown } from "../../review/document/markdown.ts";
import { renderTerminal } from "../../review/document/terminal.ts";
import { reviewDocument } from "../../review/report.ts";
import { first, reviewOf } from "./support.ts";

const EVIL =
  '"><script>alert(1)</script>`|</details><img src=x onerror=alert(2)> [x](javascript:alert(3)) @everyone #12\u001b[31m';

/** The evil text in every name, comment and description that a reviewer sees. */
function poison(platform: Platform): void {
  const model = first(platform.models);
  Object.assign(model, { description: EVIL, grain: EVIL, query: "SELECT 9", file: EVIL });
  first(model.columns).description = EVIL;
  first(platform.warehouses).name = EVIL;
  first(platform.monitors).credits = 5000;
  platform.tables = platform.tables.filter((table) => table.logical !== "mart.sales.kpi");
  first(platform.tables).name = EVIL;
  first(platform.tables).columns.push({
    name: EVIL,
    type: "VARCHAR(1)",
    nullable: true,
    description: EVIL,
    tags: ["pii"],
  });
  platform.roleGrants.push({ key: EVIL, role: "CORE_CUSTOMER_READ", to: { role: "ANALYST_SALES" } });
  platform.budgets = { [EVIL]: 0.0001, sales: 0.0001 };
}

const poisoned = reviewDocument({
  ...reviewOf(poison, { baseLabel: EVIL, unread: [EVIL] }),
  findings: [
    { rule: "r", topic: "cost", level: "mandatory", resource: EVIL, message: EVIL, remedy: EVIL },
    {
      rule: "r",
      topic: "cost",
      level: "mandatory",
      resource: EVIL,
      message: "",
      remedy: "",
      waiver: { owner: EVIL, reason: EVIL, expires: "2026-12-31" },
    },
  ],
  standing: [{ rule: "r", topic: "cost", level: "advisory", resource: EVIL, message: EVIL, remedy: EVIL }],
});

test("an empty cell has no sign of its tone in Markdown", () => {
  const review = reviewOf((platform) => {
    first(platform.warehouses).size = "LARGE";
  });
  const row = renderMarkdown(reviewDocument(review))
    .split("\n")
    .find((line) => line.startsWith("| Warehouse"));
  expect(row).toBe("| Warehouse |  |  | ⚠️ 1 |  |");
});

test("a quiet part gives way in a comment that would be too long, and no section is lost", () => {
  const review = reviewOf((platform) => {
    first(platform.warehouses).size = "LARGE";
  });
  const whole = renderMarkdown(reviewDocument(review), { limit: 10_000_000 });
  const short = renderMarkdown(reviewDocument(review), { limit: whole.length - 1000 });
  expect(short.length).toBeLessThan(whole.length);
  expect(short).toContain("more: the HTML page has all of them");
  for (const title of ["Verdict", "Money", "Access", "Data at risk", "Meaning", "Resources"])
    expect(short).toContain(`### ${title}`);
  const longer = { ...review, money: { ...review.money, after: { ...review.money.after } } };
  longer.money.after.items = Array.from({ length: 40 }, () => review.money.after.items).flat();
  const cut = renderMarkdown(reviewDocument(longer));
  expect(cut.length).toBeLessThan(65_536);
  expect(cut).toContain("### Resources");
});

describe("markup in names", () => {
  test("stays text in HTML", () => {
    const page = renderHtml(poisoned);
    expect(page).not.toMatch(/<script|<img|onerror=alert\(2\)>(?!.*&gt;)|javascript:alert\(3\)"/);
    expect(page).toContain("&lt;script&gt;");
    const tags = new Set([...page.matchAll(/<\/?([a-z0-9]+)/g)].map((match) => match[1]));
    expect([...tags].sort()).toEqual(
      [...tags]
        .filter((tag) =>
          /^(html|head|meta|title|style|body|header|h1|h2|p|nav|a|main|section|footer|div|dl|dt|dd|small|table|thead|tbody|tfoot|tr|th|td|ul|li|code|strong|span|details|summary|pre|wbr)$/.test(
            tag ?? "",
          ),
        )
        .sort(),
    );
    expect(page).toContain("default-src 'none'");
  });

  test("stays text in Markdown: no tag, link, mention or reference outside code", () => {
    const markdown = renderMarkdown(poisoned, { limit: 10_000_000 });
    const outside = withoutCode(markdown).replace(/^<!-- [A-Za-z0-9 -]+ -->$/m, "");
    const tags = [...outside.matchAll(/<(?!\/?(details|summary|sub|b|code)>)[a-z!/]/gi)].map((match) =>
      outside.slice(match.index, match.index + 30),
    );
    expect(tags).toEqual([]);
    expect(outside).not.toMatch(/(^|[^\\])\[[^\]]*\]\(/);
    expect(outside).not.toMatch(/@everyone|#12\b/);
    for (const line of markdown.split("\n").filter((each) => each.startsWith("| ")))
      expect(line.endsWith(" |")).toBe(true);
  });

  test("brings no control character to the terminal", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the test
    expect(renderTerminal(poisoned)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe("Markdown", () => {
  test.each([
    ["plain", "`plain`"],
    ["a`b", "`` a`b ``"],
    ["``", "``` `` ```"],
    ["a|b", "`a\\|b`"],
    ["two\nlines", "`two lines`"],
  ])("puts %j into a code span that it cannot leave", (given, span) => {
    expect(codeSpan(given)).toBe(span);
  });

  test.each([
    ["# title", "\\# title"],
    ["1. item", "\\1. item"],
    ["<b>", "&lt;b&gt;"],
    ["**x**", "\\*\\*x\\*\\*"],
    ["$x^2$ and $12", "$\u200bx^2$\u200b and $12"],
  ])("escapes %j", (given, escaped) => {
    expect(escapeText(given)).toBe(escaped);
  });

  test("begins with the marker by which a comment is found again", () => {
    expect(renderMarkdown(poisoned).split("\n")[0]).toBe("<!-- firn-review example -->");
    expect(commentMarker("--> <script>")).not.toMatch(/<script/);
  });

  test("keeps within a comment's limit with its parts closed, and says that it was cut", () => {
    const markdown = renderMarkdown(poisoned, { limit: 4000 });
    expect(markdown.length).toBeLessThanOrEqual(4100);
    expect(markdown).toContain("longer than a comment may be");
    const outside = withoutCode(markdown);
    expect(outside.split("<details>").length).toBe(outside.split("</details>").length);
  });
});

test("all three renderers show the same verdict, figures and sections", () => {
  const review = reviewOf((platform) => {
    first(platform.warehouses).size = "LARGE";
  });
  const document = reviewDocument(review);
  const [markdown, page, terminal] = [
    renderMarkdown(document),
    renderHtml(document),
    renderTerminal(document),
  ];
  for (const section of document.sections) {
    expect(markdown).toContain(`### ${section.title}`);
    expect(page).toContain(`<h2>${section.title}`);
    expect(terminal).toContain(section.title.toUpperCase());
  }
  const figure = review.money.after.total.expected.toLocaleString("en-US", {
    style: "currency",
    currency: "USD",
  });
  for (const rendered of [markdown, page, terminal]) expect(rendered).toContain(figure);
});

const withoutCode = (markdown: string): string =>
  markdown
    .replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "")
    .replace(/(?<!\\)(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "");
