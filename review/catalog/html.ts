import { escapeHtml } from "../document/escape-html.ts";

/** Markup that was made by `html` or by a renderer that escapes for itself. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | undefined | null | false | readonly Value[];

/** A template whose values are escaped, unless they are markup already. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Markup =>
  new Markup(parts.reduce((text, part, index) => text + show(values[index - 1]) + part));

function show(value: Value): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(show).join("");
  return escapeHtml(String(value));
}

/** JSON inside a <script>: no `</script>` and no comment can begin in it. */
export const jsonForScript = (value: unknown): Markup =>
  new Markup(
    JSON.stringify(value)
      .replace(/</g, "\\u003c")
      .replace(/\u2028|\u2029/g, " "),
  );
