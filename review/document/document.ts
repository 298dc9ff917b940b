/**
 * A document that every renderer can show: terminal, Markdown, HTML. Text is given as parts; a renderer escapes each
 * part for its medium, so nothing that comes from the program can become markup. Names and SQL are `code`.
 */
export type Part = string | { code: string } | { strong: string } | { faint: string };
export type Text = Part | Part[];
export type Tone = "good" | "warn" | "bad" | "plain";

export interface TableColumn {
  title: string;
  align?: "left" | "right";
}

export interface Cell {
  text: Text;
  tone?: Tone;
}

export type Block =
  | { kind: "text"; text: Text }
  | { kind: "note"; tone: Tone; text: Text }
  | { kind: "list"; items: Text[] }
  | { kind: "table"; columns: TableColumn[]; rows: (Text | Cell)[][]; foot?: (Text | Cell)[] }
  | { kind: "facts"; facts: { label: string; value: string; sub?: string; tone?: Tone }[] }
  /** Shown folded where the medium can; elsewhere in short, and where it is `quiet` by its summary alone. */
  | { kind: "details"; summary: Text; quiet?: boolean; blocks: Block[] }
  | { kind: "lines"; lines: string[] }
  /** Drawn where the medium can; the same figures always stand in a table too. */
  | { kind: "chart"; chart: Chart };

/** Lines over months with a band between two bounds; amounts in USD. */
export interface Chart {
  title: string;
  /** YYYY-MM. */
  months: string[];
  band?: { label: string; low: number[]; high: number[] };
  lines: { label: string; values: number[] }[];
}

export interface Section {
  id: string;
  title: string;
  /** A few words beside the title: `+$12.00 a month`. */
  summary?: string;
  blocks: Block[];
}

export interface Document {
  /** Marks a comment so that the next run updates it: letters, digits and hyphens only. */
  marker: string;
  title: string;
  subtitle: Text;
  tone: Tone;
  sections: Section[];
  foot: Text;
}

export const code = (text: string): Part => ({ code: text });
export const strong = (text: string): Part => ({ strong: text });
export const faint = (text: string): Part => ({ faint: text });

export const partsOf = (text: Text): Part[] => (Array.isArray(text) ? text : [text]);
export const cellOf = (cell: Text | Cell): Cell =>
  typeof cell === "object" && !Array.isArray(cell) && "text" in cell ? cell : { text: cell };

/** Lists joined by commas. */
export const join = (items: Part[], separator = ", "): Part[] =>
  items.flatMap((item, index) => (index === 0 ? [item] : [separator, item]));
