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
        width - 2,
      ).flatMap((lines, index) => lines.map((line) => pen.tone(each.facts[index]?.tone ?? "plain", line)));
    case "table":
      return table(each, pen, width - 2);
    case "details":
      return [
        each.quiet
          ? pen.dim(`${text(each.summary, makePen(false))} (--format html)`)
          : text(each.summary, pen),
        ...(each.quiet ? [] : each.blocks)
          .flatMap((inner) => block(inner, pen, width - 2))
          .slice(0, DETAIL_LINES)
          .map((line) => `  ${line}`),
      ];
    case "chart":
      return [];
    case "lines":
      return each.lines.map((line) => pen.dim(clean(line, true)));
  }
}

/** A folded part shows its beginning; the HTML page has all of it. */
const DETAIL_LINES = 12;

function table(each: Extract<Block, { kind: "table" }>, pen: Pen, width: number): string[] {
  const plain = makePen(false);
  const rows = [
    each.columns.map((column) => clean(column.title)),
    ...each.rows.map((row) => row.map((cell) => text(cellOf(cell).text, plain))),
    ...(each.foot ? [each.foot.map((cell) => text(cellOf(cell).text, plain))] : []),
  ];
  return columns(
    rows,
    each.columns.map((column) => column.align === "right"),
    width,
  ).flatMap((lines, index) => {
    if (index === 0) return lines.map(pen.dim);
    const cells = each.rows[index - 1];
    if (!cells) return lines.map(pen.bold);
    const tones = cells.map((cell) => cellOf(cell).tone ?? "plain");
    const worst = (["bad", "warn", "good"] as const).find((tone) => tones.includes(tone)) ?? "plain";
    return lines.map((line) => pen.tone(worst, line));
  });
}

const LEAST_WIDTH = 16;
/** A word up to this long keeps its column so wide, so that names stay whole. */
const LONGEST_WORD = 32;

/** Rows as lines in columns; the widest left-hand columns give way until the row fits, and their text wraps. */
function columns(rows: string[][], right: boolean[], width: number): string[][] {
  const widths = right.map((_, index) => Math.max(0, ...rows.map((row) => (row[index] ?? "").length)));
  const least = right.map((_, index) =>
    Math.max(
      LEAST_WIDTH,
      ...rows
        .flatMap((row) => (row[index] ?? "").split(" "))
        .map((word) => word.length)
        .filter((length) => length <= LONGEST_WORD),
    ),
  );
  const total = (): number => widths.reduce((sum, each) => sum + each + 2, -2);
  const spare = (index: number): number => (right[index] ? 0 : (widths[index] ?? 0) - (least[index] ?? 0));
  while (total() > width) {
    const givers = widths.map((_, index) => index).filter((index) => spare(index) > 0);
    const widest = givers.sort((left, other) => (widths[other] ?? 0) - (widths[left] ?? 0))[0];
    if (widest === undefined) break;
    const wide = widths[widest] ?? 0;
    widths[widest] = wide - Math.min(spare(widest), Math.max(1, Math.min(total() - width, wide >> 3)));
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => (right[index] ? [cell] : fold(cell, widths[index] ?? 0)));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, index) => {
          const shown = lines[line] ?? "";
          return right[index] ? shown.padStart(widths[index] ?? 0) : shown.padEnd(widths[index] ?? 0);
        })
        .join("  "),
    );
  });
}

/** Text in lines of a width; a word that is longer is broken. */
function fold(given: string, width: number): string[] {
  if (given.length <= width) return [given];
  return wrap(given, width).flatMap((line) => {
    const pieces: string[] = [];
    for (let at = 0; at < line.length; at += width) pieces.push(line.slice(at, at + width));
    return pieces;
  });
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
