import { MARK, UNDEFINED } from "../types/typed-text.ts";
import { exactDisplay, showMarked, type VariantDisplay } from "./marked-display.ts";
import { mayBeXml, xmlText } from "./xml-text.ts";

const EXACT = exactDisplay("UTC");

/**
 * JSON text as Snowflake displays VARIANT, OBJECT and ARRAY: keys sorted, two spaces a level, `"key": value`, empty
 * containers as `{}` and `[]`, an XML element as XML, a FLOAT with its exponent, dates and times in the session's formats. Works on the text,
 * so that numbers keep every digit.
 */
export function renderVariant(
  json: string,
  indent: number,
  display: VariantDisplay = EXACT,
  sorted = true,
): string {
  const xml = mayBeXml(json) ? xmlText(json, indent) : null;
  return xml ?? new Reader(json, display, sorted).value(indent, 0);
}

/** `1.912e2` as `1.912000000000000e+02`, `1.50` as `1.5`; other words as they are. */
function shownWord(word: string): string {
  if (word.includes("e") || word.includes("E")) {
    const value = Number(word);
    if (Number.isNaN(value)) return word;
    const [mantissa, exponent = "+0"] = value.toExponential(15).split("e");
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  if (!word.includes(".")) return word;
  let end = word.length;
  while (word[end - 1] === "0") end--;
  return word.slice(0, word[end - 1] === "." ? end - 1 : end);
}

class Reader {
  readonly text: string;
  readonly display: VariantDisplay;
  /** Are keys put in order? Those of a structured OBJECT have theirs. */
  readonly sorted: boolean;
  at = 0;

  constructor(text: string, display: VariantDisplay, sorted: boolean) {
    this.text = text;
    this.display = display;
    this.sorted = sorted;
  }

  #space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 32 || (code >= 9 && code <= 13)) this.at++;
      else return;
    }
  }

  #string(): string {
    const start = this.at++;
    for (;;) {
      const code = this.text.charCodeAt(this.at++);
      if (code === 92) this.at++;
      else if (code === 34 || Number.isNaN(code)) return this.text.slice(start, this.at);
    }
  }

  value(indent: number, depth: number): string {
    this.#space();
    const char = this.text[this.at];
    if (char === "{") return this.#object(indent, depth);
    if (char === "[") return this.#array(indent, depth);
    if (char === '"') return this.#shown(this.#string());
    const start = this.at;
    while (this.at < this.text.length && !",]} \t\r\n".includes(this.text[this.at]!)) this.at++;
    return shownWord(this.text.slice(start, this.at));
  }

  #shown(quoted: string): string {
    if (quoted[1] !== MARK) return quoted;
    return quoted === UNDEFINED ? "undefined" : JSON.stringify(showMarked(JSON.parse(quoted), this.display));
  }

  #object(indent: number, depth: number): string {
    this.at++;
    const entries: [string, string][] = [];
    for (;;) {
      this.#space();
      const char = this.text[this.at];
      if (char === undefined) break;
      if (char === "}") {
        this.at++;
        break;
      }
      if (char === ",") {
        this.at++;
        continue;
      }
      const key = this.#string();
      this.#space();
      this.at++; // the colon
      entries.push([key, this.value(indent, depth + 1)]);
    }
    if (entries.length === 0) return "{}";
    if (this.sorted) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    if (indent === 0) return `{${entries.map(([key, value]) => `${key}:${value}`).join(",")}}`;
    return wrap(
      "{",
      entries.map(([key, value]) => `${key}: ${value}`),
      "}",
      indent,
      depth,
    );
  }

  #array(indent: number, depth: number): string {
    this.at++;
    const items: string[] = [];
    for (;;) {
      this.#space();
      const char = this.text[this.at];
      if (char === undefined) break;
      if (char === "]") {
        this.at++;
        break;
      }
      if (char === ",") {
        this.at++;
        continue;
      }
      items.push(this.value(indent, depth + 1));
    }
    if (items.length === 0) return "[]";
    if (indent === 0) return `[${items.join(",")}]`;
    return wrap("[", items, "]", indent, depth);
  }
}

function wrap(open: string, items: string[], close: string, indent: number, depth: number): string {
  const inner = " ".repeat(indent * (depth + 1));
  return `${open}\n${items.map((item) => inner + item).join(",\n")}\n${" ".repeat(indent * depth)}${close}`;
}
