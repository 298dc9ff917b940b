/**
 * XML as Snowflake keeps it in a VARIANT: an element is an object with its name under `@`, its attributes under
 * `@name` and its content under `$` (a text, one element, or an array of both); the places of inner elements in the
 * content stand under their names. Source: "PARSE_XML", "XMLGET".
 */
type Content = string | number | boolean | Element | (string | number | boolean | Element)[];
interface Element {
  [key: string]: Content;
}

const NAME = /[A-Za-z_:][-A-Za-z0-9_:.]*/y;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

export class XmlError extends Error {}

function decode(text: string): string {
  return text.replace(/&(#x?[0-9A-Fa-f]+|[A-Za-z]+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) {
      const known = ENTITIES[name];
      if (known === undefined) throw new XmlError(`unknown entity ${whole}`);
      return known;
    }
    const code = name[1] === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return String.fromCodePoint(code);
  });
}

/** Numbers and booleans in text become values, unless told otherwise. */
function converted(text: string, convert: boolean): string | number | boolean {
  if (!convert) return text;
  if (/^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text;
}

class Parser {
  readonly #text: string;
  readonly #convert: boolean;
  #at = 0;

  constructor(text: string, convert: boolean) {
    this.#text = text;
    this.#convert = convert;
  }

  document(): Element {
    this.#skip();
    if (this.#text[this.#at] !== "<") throw new XmlError("not an XML document");
    const root = this.#element();
    this.#skip();
    if (this.#at < this.#text.length) throw new XmlError("text after the outermost element");
    return root;
  }

  /** White space, comments, processing instructions and the document type. */
  #skip(): void {
    for (;;) {
      while (/\s|\ufeff/.test(this.#text[this.#at] ?? "x")) this.#at++;
      if (this.#text.startsWith("<!--", this.#at)) this.#to("-->");
      else if (this.#text.startsWith("<?", this.#at)) this.#to("?>");
      else if (this.#text.startsWith("<!DOCTYPE", this.#at)) this.#to(">");
      else return;
    }
  }

  #to(end: string): void {
    const found = this.#text.indexOf(end, this.#at);
    if (found === -1) throw new XmlError(`missing ${end}`);
    this.#at = found + end.length;
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const match = NAME.exec(this.#text);
    if (!match) throw new XmlError(`a name is missing, pos ${this.#at}`);
    this.#at += match[0].length;
    return match[0];
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #element(): Element {
    this.#at++;
    const name = this.#name();
    const element: Element = { "@": name };
    for (;;) {
      this.#space();
      if (this.#text.startsWith("/>", this.#at)) {
        this.#at += 2;
        element["$"] = "";
        return element;
      }
      if (this.#text[this.#at] === ">") break;
      const key = this.#name();
      this.#space();
      if (this.#text[this.#at] !== "=") throw new XmlError(`attribute ${key} has no value, pos ${this.#at}`);
      this.#at++;
      this.#space();
      const quote = this.#text[this.#at];
      const end = quote === '"' || quote === "'" ? this.#text.indexOf(quote, this.#at + 1) : -1;
      if (end === -1) throw new XmlError(`attribute ${key} is not quoted, pos ${this.#at}`);
      element[`@${key}`] = converted(decode(this.#text.slice(this.#at + 1, end)), this.#convert);
      this.#at = end + 1;
    }
    this.#at++;
    const content = this.#content(name);
    element["$"] = content;
    // Where inner elements stand in the content: a number, or an array of them.
    (Array.isArray(content) ? content : [content]).forEach((part, at) => {
      if (typeof part !== "object" || Array.isArray(part)) return;
      const key = String(part["@"]);
      const before = element[key];
      element[key] = before === undefined ? at : Array.isArray(before) ? [...before, at] : [before, at];
    });
    return element;
  }

  #content(name: string): Content {
    const parts: (string | number | boolean | Element)[] = [];
    let text = "";
    const flush = () => {
      const trimmed = text.trim();
      if (trimmed !== "") parts.push(converted(trimmed, this.#convert));
      text = "";
    };
    for (;;) {
      const open = this.#text.indexOf("<", this.#at);
      if (open === -1) throw new XmlError(`no closing tag for element ${name}`);
      text += decode(this.#text.slice(this.#at, open));
      this.#at = open;
      if (this.#text.startsWith("<![CDATA[", open)) {
        const end = this.#text.indexOf("]]>", open);
        if (end === -1) throw new XmlError("missing ]]>");
        text += this.#text.slice(open + 9, end);
        this.#at = end + 3;
      } else if (this.#text.startsWith("<!--", open)) this.#to("-->");
      else if (this.#text.startsWith("<?", open)) this.#to("?>");
      else if (this.#text.startsWith("</", open)) {
        this.#at += 2;
        const closing = this.#name();
        this.#space();
        if (closing !== name) throw new XmlError(`no opening tag for </${closing}>, pos ${this.#at + 1}`);
        if (this.#text[this.#at] !== ">") throw new XmlError(`malformed closing tag, pos ${this.#at}`);
        this.#at++;
        flush();
        return parts.length === 0 ? "" : parts.length === 1 ? parts[0]! : parts;
      } else {
        flush();
        parts.push(this.#element());
      }
    }
  }
}

/** JSON text of a document. Throws XmlError. */
export const xmlToJson = (text: string, convert = true): string =>
  JSON.stringify(new Parser(text, convert).document());

/** NULL when the text is well-formed, else what is wrong with it. */
export function checkXml(text: string): string | null {
  try {
    xmlToJson(text);
    return null;
  } catch (error) {
    if (error instanceof XmlError) return error.message;
    throw error;
  }
}
