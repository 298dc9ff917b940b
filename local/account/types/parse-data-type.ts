import { errors, SnowflakeError } from "../errors.ts";
import {
  type DataType,
  MAX_BINARY,
  MAX_VARCHAR,
  number,
  type ObjectField,
  type StructuredElement,
  timestamp,
  varchar,
} from "./data-type.ts";

/**
 * Reads a data type as written, synonyms folded. Source: Snowflake documentation, "Summary of data types".
 * DATETIME means TIMESTAMP_NTZ, TIMESTAMP what TIMESTAMP_TYPE_MAPPING says.
 */
export function parseDataType(text: string): DataType {
  const reader = new TypeReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

/** A type's text, a token after the other. */
class TypeReader {
  readonly #text: string;
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*|[0-9]+|\S/g) ?? [];
  }

  #fail(): never {
    throw errors.unsupported(`data type ${this.#text.trim().toUpperCase()}`);
  }

  #sees(token: string): boolean {
    return this.#tokens[this.#at]?.toUpperCase() === token;
  }

  #accept(token: string): boolean {
    if (!this.#sees(token)) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#fail();
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? this.#fail();
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#fail();
  }

  type(): DataType {
    const word = this.#next().toUpperCase();
    if (!/^[A-Z_]/.test(word)) this.#fail();
    if (this.#sees("(") && (word === "ARRAY" || word === "OBJECT" || word === "MAP"))
      return this.#structured(word);
    const tail = ["PRECISION", "VARYING"].find((one) => this.#accept(one));
    const name = tail ? `${word} ${tail}` : word;
    const before = this.#zone(name);
    const args = this.#accept("(") ? this.#arguments() : [];
    return scalarType(this.#text, name, before || this.#zone(name), args);
  }

  #arguments(): string[] {
    const args: string[] = [];
    do args.push(this.#next());
    while (this.#accept(","));
    this.#expect(")");
    return args;
  }

  /** `WITH LOCAL TIME ZONE` and its like, behind TIMESTAMP. */
  #zone(name: string): string {
    if (name !== "TIMESTAMP" || !(this.#sees("WITH") || this.#sees("WITHOUT"))) return "";
    const words = [this.#next().toUpperCase()];
    if (this.#accept("LOCAL")) words.push("LOCAL");
    this.#expect("TIME");
    this.#expect("ZONE");
    return [...words, "TIME", "ZONE"].join(" ");
  }

  #structured(word: "ARRAY" | "OBJECT" | "MAP"): DataType {
    this.#expect("(");
    let type: DataType;
    if (word === "ARRAY") type = { kind: "ARRAY", element: this.#element() };
    else if (word === "MAP") {
      const key = this.type();
      if (key.kind !== "VARCHAR" && !(key.kind === "NUMBER" && key.scale === 0)) this.#fail();
      this.#expect(",");
      type = { kind: "MAP", key, value: this.#element() };
    } else {
      const fields: ObjectField[] = [];
      do fields.push({ name: this.#fieldName(), ...this.#element() });
      while (this.#accept(","));
      type = { kind: "OBJECT", fields };
    }
    this.#expect(")");
    return type;
  }

  #element(): StructuredElement {
    const type = this.type();
    const required = this.#accept("NOT");
    if (required) this.#expect("NULL");
    return { type, nullable: !required };
  }

  /** A key keeps its case, quoted or not. */
  #fieldName(): string {
    const name = this.#next();
    return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  }
}

function scalarType(text: string, name: string, suffix: string, args: readonly string[]): DataType {
  const integers = () =>
    args.map((a) => {
      if (!/^[0-9]+$/.test(a)) throw errors.unsupported(`data type ${text}`);
      return Number(a);
    });
  const none = <T>(type: T): T => {
    if (args.length > 0) throw errors.unsupported(`data type ${text}`);
    return type;
  };
  switch (suffix === "" ? name : `${name} ${suffix}`) {
    case "NUMBER":
    case "DECIMAL":
    case "DEC":
    case "NUMERIC": {
      const [precision = 38, scale = 0] = integers();
      if (precision < 1 || precision > 38)
        throw new SnowflakeError(
          "002004",
          "42601",
          `SQL compilation error:\nInvalid number precision: ${precision}. Must be between 0 and 38.`,
        );
      if (scale > 37 || scale > precision)
        throw new SnowflakeError(
          "002005",
          "42601",
          `SQL compilation error:\nInvalid number scale: ${scale}. Must be between 0 and ${precision}.`,
        );
      return number(precision, scale);
    }
    case "INT":
    case "INTEGER":
    case "BIGINT":
    case "SMALLINT":
    case "TINYINT":
    case "BYTEINT":
      return none(number());
    case "FLOAT":
    case "FLOAT4":
    case "FLOAT8":
    case "DOUBLE":
    case "DOUBLE PRECISION":
    case "REAL":
      return none({ kind: "FLOAT" });
    case "VARCHAR":
    case "STRING":
    case "TEXT":
    case "NVARCHAR":
    case "NVARCHAR2":
    case "CHAR VARYING":
    case "NCHAR VARYING":
    case "CHARACTER VARYING":
      return varchar(integers()[0] ?? MAX_VARCHAR);
    case "CHAR":
    case "CHARACTER":
    case "NCHAR":
      return varchar(integers()[0] ?? 1);
    case "BINARY":
    case "VARBINARY":
      return { kind: "BINARY", length: integers()[0] ?? MAX_BINARY };
    case "BOOLEAN":
      return none({ kind: "BOOLEAN" });
    case "DATE":
      return none({ kind: "DATE" });
    case "TIME":
      return { kind: "TIME", scale: fraction(integers()[0]) };
    case "TIMESTAMP":
      return { kind: "TIMESTAMP_NTZ", scale: fraction(integers()[0]), byMapping: true };
    case "DATETIME":
    case "TIMESTAMPNTZ":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP WITHOUT TIME ZONE":
      return timestamp("TIMESTAMP_NTZ", fraction(integers()[0]));
    case "TIMESTAMPLTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP WITH LOCAL TIME ZONE":
      return timestamp("TIMESTAMP_LTZ", fraction(integers()[0]));
    case "TIMESTAMPTZ":
    case "TIMESTAMP_TZ":
    case "TIMESTAMP WITH TIME ZONE":
      return timestamp("TIMESTAMP_TZ", fraction(integers()[0]));
    case "VARIANT":
      return none({ kind: "VARIANT" });
    case "OBJECT":
      return none({ kind: "OBJECT" });
    case "ARRAY":
      return none({ kind: "ARRAY" });
    case "VECTOR": {
      const [element = "", dimension = ""] = args.map((a) => a.toUpperCase());
      if (args.length !== 2 || (element !== "INT" && element !== "FLOAT") || !/^[0-9]{1,4}$/.test(dimension))
        throw errors.unsupported(`data type ${text}`);
      const size = Number(dimension);
      if (size < 1 || size > 4096) throw errors.invalidValue(dimension, "VECTOR dimension");
      return { kind: "VECTOR", element, dimension: size };
    }
    default:
      throw errors.unsupported(`data type ${text.trim().toUpperCase()}`);
  }
}

function fraction(scale: number | undefined): number {
  if (scale === undefined) return 9;
  if (scale > 9) throw errors.unsupported(`fractional seconds precision ${scale}`);
  return scale;
}
