import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const conformanceCase = z
  .strictObject({
    name: z.string().min(1),
    /** Title of the Snowflake document. */
    source: z.string().min(1),
    setup: z.array(z.string()).optional(),
    statement: z.string().min(1),
    columns: z.array(z.string()).optional(),
    rows: z.array(z.array(cell)).optional(),
    error: z.strictObject({ code: z.string(), message: z.string().optional() }).optional(),
  })
  .refine((one) => (one.error ? !one.rows && !one.columns : one.rows || one.columns), {
    error: "a case expects rows, columns or both, or an error",
  });

const conformanceFile = z.strictObject({
  area: z.string().min(1),
  setup: z.array(z.string()).optional(),
  cases: z.array(conformanceCase).min(1),
});

/** One documented behaviour. */
export type ConformanceCase = z.infer<typeof conformanceCase>;
export type ConformanceFile = z.infer<typeof conformanceFile> & { file: string };

/** All cases of the folder; a malformed file is an error that names it. */
export function readConformanceFiles(folder: string): ConformanceFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => {
      const result = conformanceFile.safeParse(parse(readFileSync(join(folder, name), "utf8")));
      if (!result.success) throw new Error(`${name}: ${z.prettifyError(result.error)}`);
      return { ...result.data, file: name.replace(/\.yaml$/, "") };
    });
}

/** Text of a JSON value, compact, keys sorted, every digit of its numbers kept. `undefined` may stand in an array. */
export const compactJson = (text: string): string => new JsonReader(text).read();

class JsonReader {
  readonly tokens: string[];
  at = 0;

  constructor(text: string) {
    this.tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g) ?? [];
  }

  read(): string {
    const token = this.tokens[this.at++] ?? "";
    if (token === "{")
      return `{${this.#items("}", () => this.#entry())
        .sort()
        .join(",")}}`;
    if (token === "[") return `[${this.#items("]", () => this.read()).join(",")}]`;
    return token;
  }

  #entry(): string {
    const key = this.tokens[this.at]!;
    this.at += 2;
    return `${key}:${this.read()}`;
  }

  #items(close: string, item: () => string): string[] {
    const items: string[] = [];
    while (this.at < this.tokens.length && this.tokens[this.at] !== close) {
      items.push(item());
      if (this.tokens[this.at] === ",") this.at++;
    }
    this.at++;
    return items;
  }
}
