import {
  type Block,
  type Cell,
  cellOf,
  type Document,
  type Part,
  partsOf,
  type Text,
  type Tone,
} from "./document.ts";

const SIGN: Record<Tone, string> = { good: "✅", warn: "⚠️", bad: "⛔", plain: "" };

/** GitHub's limit for a comment is 65,536 characters. */
const LIMIT = 65_000;

/** GitHub-flavoured Markdown. Its first line is the marker by which a pull-request comment is found and updated. */
export function renderMarkdown(document: Document, options: { limit?: number } = {}): string {
  const head = [
    commentMarker(document.marker),
    `## ${SIGN[document.tone]} ${text(document.title)}`.replace("  ", " "),
    text(document.subtitle),
  ];
  const foot = ["---", `<sub>${text(document.foot)}</sub>`];
  const sectionsOf = (quietRoom?: number): string[] =>
    document.sections.map((section) =>
      [
        `### ${text(section.title)}${section.summary ? ` · ${text(section.summary)}` : ""}`,
        ...section.blocks.map((each) => block(quietRoom === undefined ? each : inShort(each, quietRoom))),
      ].join("\n\n"),
    );
  const limit = options.limit ?? LIMIT;
  const lengthOf = (sections: string[]): number => [...head, ...sections, ...foot].join("\n\n").length;
  let sections = sectionsOf();
  if (lengthOf(sections) > limit) sections = sectionsOf(QUIET_ROOM);
  const whole = [...head, ...sections, ...foot].join("\n\n");
  if (whole.length <= limit) return `${whole}\n`;
  const note = "> ⚠️ The review is longer than a comment may be; the HTML page has all of it.";
  const kept: string[] = [];
  let length = [...head, note, ...foot].join("\n\n").length;
  for (const section of sections) {
    const short = length + section.length + 2 > limit ? cut(section, limit - length - 2) : section;
    if (short === "") break;
    kept.push(short);
    length += short.length + 2;
  }
  return `${[...head, note, ...kept, ...foot].join("\n\n")}\n`;
}

/** Characters that a quiet part may have where the whole is too long for a comment. */
const QUIET_ROOM = 24_000;

/** A quiet part with as many of its blocks as fit, and a word on the others. */
function inShort(each: Block, room: number): Block {
  if (each.kind !== "details" || !each.quiet) return each;
  let length = 0;
  const kept = each.blocks.filter((inner) => {
    length += block(inner).length;
    return length <= room;
  });
  if (kept.length === each.blocks.length) return each;
  const rest = each.blocks.length - kept.length;
  return {
    ...each,
    blocks: [...kept, { kind: "text", text: { faint: `${rest} more: the HTML page has all of them.` } }],
  };
}

/** The line that a comment begins with. */
export const commentMarker = (marker: string): string => `<!-- ${marker.replace(/[^A-Za-z0-9 -]/g, "")} -->`;

function block(each: Block): string {
  switch (each.kind) {
    case "text":
      return text(each.text);
    case "note":
      return `> ${SIGN[each.tone]} ${text(each.text)}`;
    case "list":
      return each.items.map((item) => `- ${text(item)}`).join("\n");
    case "table":
      return table(each);
    case "facts":
      return table({
        kind: "table",
        columns: each.facts.map((fact) => ({ title: fact.label })),
        rows: [
          each.facts.map((fact) => ({
            text: [{ strong: fact.value }, ...(fact.sub ? [` ${fact.sub}`] : [])],
            tone: fact.tone,
          })),
        ],
      });
    case "details":
      return `<details><summary>${summary(each.summary)}</summary>\n\n${each.blocks.map(block).join("\n\n")}\n\n</details>`;
    case "chart":
      return "";
    case "lines":
      return fence(each.lines.map(oneLine));
  }
}

function table(each: Extract<Block, { kind: "table" }>): string {
  const row = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row(each.columns.map((column) => text(column.title))),
    row(each.columns.map((column) => (column.align === "right" ? "---:" : "---"))),
    ...each.rows.map((cells) => row(cells.map((cell) => tableCell(cellOf(cell))))),
    ...(each.foot ? [row(each.foot.map((cell) => bold(cellOf(cell))))] : []),
  ].join("\n");
}

function tableCell(cell: Cell): string {
  const shown = text(cell.text);
  const signed = shown !== "" && cell.tone && cell.tone !== "plain" && cell.tone !== "good";
  return signed ? `${SIGN[cell.tone ?? "plain"]} ${shown}` : shown;
}

function bold(cell: Cell): string {
  const shown = text(cell.text);
  return shown === "" ? "" : `**${shown}**`;
}

const text = (given: Text): string => partsOf(given).map(part).join("");

function part(given: Part): string {
  if (typeof given === "string") return escapeText(given);
  if ("code" in given) return codeSpan(given.code);
  if ("strong" in given) return given.strong === "" ? "" : `**${escapeText(given.strong)}**`;
  return escapeText(given.faint);
}

/** Text that stays text: Markdown's signs, HTML, mentions, references, formulas and links are taken apart. */
export function escapeText(given: string): string {
  return oneLine(given)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_{}[\]()!|~]/g, "\\$&")
    .replace(/^(\s*)([-+#]|\d+[.)])/, "$1\\$2")
    .replace(/@(?=\w)/g, "@\u200b")
    .replace(/#(?=\d)/g, "#\u200b")
    .replace(/\$(?!\d)/g, "$\u200b")
    .replace(/:\/\//g, ":\u200b//")
    .replace(/\bwww\./gi, "www\u200b.");
}

/** A code span whatever is in it: a fence longer than any run of backticks inside; pipes escaped for tables. */
export function codeSpan(given: string): string {
  const content = oneLine(given).replace(/\|/g, "\\|");
  if (content.trim() === "") return "";
  const longest = Math.max(0, ...[...content.matchAll(/`+/g)].map((run) => run[0].length));
  const fenceText = "`".repeat(longest + 1);
  const pad = longest > 0 || content.startsWith(" ") ? " " : "";
  return `${fenceText}${pad}${content}${pad}${fenceText}`;
}

/** Inside <summary> Markdown is not read, so it is HTML. */
const summary = (given: Text): string =>
  partsOf(given)
    .map((each) => {
      if (typeof each === "string") return escapeHtml(each);
      if ("code" in each) return `<code>${escapeHtml(each.code)}</code>`;
      return "strong" in each ? `<b>${escapeHtml(each.strong)}</b>` : escapeHtml(each.faint);
    })
    .join("");

const escapeHtml = (given: string): string =>
  oneLine(given)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/[[\]]/g, (bracket) => (bracket === "[" ? "&#91;" : "&#93;"))
    .replace(/@(?=\w)/g, "@\u200b")
    .replace(/(?<!&)#(?=\d)/g, "#\u200b");

function fence(lines: string[]): string {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map((run) => run[0].length)),
  );
  const mark = "`".repeat(longest + 1);
  return [`${mark}text`, ...lines, mark].join("\n");
}

/** Control characters and line breaks become spaces. */
const oneLine = (given: string): string => given.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** The first whole lines that fit; a table or a folded part that is cut stays well-formed. */
function cut(section: string, room: number): string {
  const lines = section.split("\n");
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length + 1 > room - 40) break;
    kept.push(line);
    length += line.length + 1;
  }
  if (kept.length < 2) return "";
  const open =
    kept.filter((line) => line.startsWith("<details>")).length -
    kept.filter((line) => line === "</details>").length;
  const fences = kept.filter((line) => /^`{3,}/.test(line)).length;
  return [
    ...kept,
    ...(fences % 2 === 1
      ? [/^`+/.exec(kept.findLast((line) => /^`{3,}/.test(line)) ?? "```")?.[0] ?? "```"]
      : []),
    ...Array.from({ length: open }, () => "\n</details>"),
    "",
    "…",
  ].join("\n");
}
