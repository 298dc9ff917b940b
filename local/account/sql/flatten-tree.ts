/** Every element of a JSON text at every depth, parents before their children. Source: "FLATTEN", RECURSIVE. */
interface Element {
  key: string | null;
  index: number | null;
  path: string;
  /** JSON texts of the element and of what it stands in. */
  value: string;
  parent: string;
}

const SPACE = new Set([" ", "\t", "\n", "\r"]);

class Tree {
  readonly #text: string;
  readonly elements: Element[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #space(): void {
    while (SPACE.has(this.#text[this.#at] ?? "")) this.#at++;
  }

  #string(): string {
    const start = this.#at++;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"')
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    return this.#text.slice(start, ++this.#at);
  }

  /** Reads a value; its elements are noted. Returns its text. */
  read(path: string): string {
    this.#space();
    const start = this.#at;
    const first = this.#text[start];
    if (first === '"') return this.#string();
    if (first !== "{" && first !== "[") {
      while (this.#at < this.#text.length && !",]} \t\r\n".includes(this.#text[this.#at]!)) this.#at++;
      return this.#text.slice(start, this.#at);
    }
    this.#at++;
    const own: Element[] = [];
    for (let index = 0; ; index++) {
      this.#space();
      if (this.#text[this.#at] === "}" || this.#text[this.#at] === "]") break;
      const key = first === "{" ? (JSON.parse(this.#string()) as string) : null;
      if (key !== null) {
        this.#space();
        this.#at++; // the colon
      }
      const at = key === null ? `${path}[${index}]` : keyPath(path, key);
      const element: Element = { key, index: key === null ? index : null, path: at, value: "", parent: "" };
      this.elements.push(element);
      own.push(element);
      element.value = this.read(at);
      this.#space();
      if (this.#text[this.#at] === ",") this.#at++;
    }
    this.#at++;
    const whole = this.#text.slice(start, this.#at);
    for (const element of own) element.parent = whole;
    return whole;
  }
}

/** A key as FLATTEN's PATH prints it: after a dot where it is a plain name, else in brackets. */
function keyPath(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}['${key}']`;
  return path === "" ? key : `${path}.${key}`;
}

/** The elements as a JSON array of `[key, index, path, value, parent]`. */
export function flattenedTree(json: string, prefix: string): string {
  const tree = new Tree(json);
  tree.read(prefix);
  const rows = tree.elements.map(
    ({ key, index, path, value, parent }) =>
      `[${JSON.stringify(key)},${index ?? "null"},${JSON.stringify(path)},${value},${parent}]`,
  );
  return `[${rows.join(",")}]`;
}
