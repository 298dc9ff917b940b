import { type Block, cellOf, type Document, type Part, partsOf, type Text, type Tone } from "./document.ts";

const SIGN: Record<Tone, string> = { good: "✔", warn: "!", bad: "✖", plain: " " };
const COLOUR: Record<Tone, string> = { good: "32", warn: "33", bad: "31", plain: "0" };

/** The document for a terminal: tables in columns, folded parts shown in short. Escape sequences in names are taken out. */
export function renderTerminal(
  document: Document,
  options: { color?: boolean; width?: number } = {},
): string {
  const pen = makePen(options.color ?? false);
  const width = options.width ?? 110;
  const lines = [
    pen.tone(document.tone, `${SIGN[document.tone]} ${pen.bold(document.title)}`),
    ...wrap(text(document.subtitle, pen), width),
    "",
  ];
  for (const section of document.sections) {
    lines.push(
      pen.bold(section.title.toUpperCase()) + (section.summary ? pen.dim(`  ${clean(section.summary)}`) : ""),
    );
    for (const each of section.blocks) lines.push(...block(each, pen, width).map((line) => `  ${line}`));
    lines.push("");
  }
  lines.push(pen.dim(text(document.foot, makePen(false))));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

interface Pen {
  bold(text: string): string;
  dim(text: string): string;
  code(text: string): string;
  tone(tone: Tone, text: string): string;
}

function makePen(color: boolean): Pen {
  const paint = (start: string, shown: string): string =>
    color && shown !== "" ? `\u001b[${start}m${shown}\u001b[0m` : shown;
  return {
    bold: (shown) => paint("1", shown),
    dim: (shown) => paint("2", shown),
    code: (shown) => paint("36", shown),
    tone: (tone, shown) => (tone === "plain" ? shown : paint(COLOUR[tone], shown)),
  };
}

function block(each: Block, pen: Pen, width: number): string[] {
  switch (each.kind) {
    case "text":
      return wrap(text(each.text, pen), width - 2);
    case "note":
      return hang(`${SIGN[each.tone]} `, text(each.text, pen), width - 2).map((line) =>
        pen.tone(each.tone, line),
      );
    case "list":
      return each.items.flatMap((item) => hang("· ", text(item, pen), width - 2));
    case "facts":
      return columns(
        each.facts.map((fact) => [fact.label, fact.value, fact.sub ?? ""].map((word) => clean(word))),
        [false, true, false],
      ).map((line, index) => pen.tone(each.facts[index]?.tone ?? "plain", line));
    case "table":
      return table(each, pen);
    case "details":
      return [
        text(each.summary, pen),
        ...each.blocks
          .flatMap((inner) => block(inner, pen, width - 2))
          .slice(0, DETAIL_LINES)
          .map((line) => `  ${line}`),
      ];
    case "lines":
      return each.lines.map((line) => pen.dim(clean(line, true)));
  }
}

/** A folded part shows its beginning; the HTML page has all of it. */
const DETAIL_LINES = 12;

function table(each: Extract<Block, { kind: "table" }>, pen: Pen): string[] {
  const plain = makePen(false);
  const rows = [
    each.columns.map((column) => clean(column.title)),
    ...each.rows.map((row) => row.map((cell) => text(cellOf(cell).text, plain))),
    ...(each.foot ? [each.foot.map((cell) => text(cellOf(cell).text, plain))] : []),
  ];
  const lines = columns(
    rows,
    each.columns.map((column) => column.align === "right"),
  );
  return lines.map((line, index) => {
    if (index === 0) return pen.dim(line);
    const cells = each.rows[index - 1];
    if (!cells) return pen.bold(line);
    const tones = cells.map((cell) => cellOf(cell).tone ?? "plain");
    const worst = (["bad", "warn", "good"] as const).find((tone) => tones.includes(tone)) ?? "plain";
    return pen.tone(worst, line);
  });
}

const CELL_WIDTH = 64;

function columns(rows: string[][], right: boolean[]): string[] {
  const short = rows.map((row) =>
    row.map((cell) => (cell.length > CELL_WIDTH ? `${cell.slice(0, CELL_WIDTH - 1)}…` : cell)),
  );
  const widths = right.map((_, index) => Math.max(0, ...short.map((row) => (row[index] ?? "").length)));
  return short.map((row) =>
    row
      .map((cell, index) =>
        right[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join("  "),
  );
}

const text = (given: Text, pen: Pen): string =>
  partsOf(given)
    .map((each) => part(each, pen))
    .join("");

function part(given: Part, pen: Pen): string {
  if (typeof given === "string") return clean(given);
  if ("code" in given) return pen.code(clean(given.code));
  return "strong" in given ? pen.bold(clean(given.strong)) : pen.dim(clean(given.faint));
}

/** No control character reaches the terminal. */
const clean = (given: string, keepIndent = false): string => {
  const safe = given.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return keepIndent ? safe : safe.replace(/ {2,}/g, " ");
};

const wrap = (given: string, width: number): string[] => hang("", given, width);

// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences that the pen itself writes have no width
const visible = (shown: string): number => shown.replace(/\u001b\[\d+m/g, "").length;

function hang(lead: string, given: string, width: number): string[] {
  const lines: string[] = [];
  let line = lead;
  for (const word of given.split(" ")) {
    if (visible(line) + visible(word) + 1 > width && visible(line) > lead.length) {
      lines.push(line.trimEnd());
      line = " ".repeat(lead.length);
    }
    line += line.trim() === "" || line === lead ? word : ` ${word}`;
  }
  return [...lines, line.trimEnd()];
}
