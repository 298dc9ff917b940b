/** How texts of a type compare. */
export interface Collation {
  spec: string;
  /** Said by COLLATE in the statement, which wins over a column's own. */
  explicit: boolean;
}

/**
 * Snowflake's data types as data. Source: Snowflake documentation, "Summary of data types".
 * Synonyms (INT, STRING, DATETIME …) are folded into these when they are parsed.
 */
export type DataType =
  | { kind: "NUMBER"; precision: number; scale: number }
  | { kind: "FLOAT" }
  | { kind: "VARCHAR"; length: number; collation?: Collation }
  | { kind: "BINARY"; length: number }
  | { kind: "BOOLEAN" }
  | { kind: "DATE" }
  | { kind: "TIME"; scale: number }
  /** Written as TIMESTAMP it is what TIMESTAMP_TYPE_MAPPING says (session/timestamp-type.ts). */
  | { kind: "TIMESTAMP_NTZ"; scale: number; byMapping?: true }
  | { kind: "TIMESTAMP_LTZ"; scale: number }
  | { kind: "TIMESTAMP_TZ"; scale: number }
  | { kind: "VARIANT" }
  /** With fields, a structured one: these keys, in this order. */
  | { kind: "OBJECT"; fields?: readonly ObjectField[] }
  /** With an element, a structured one. */
  | { kind: "ARRAY"; element?: StructuredElement }
  | { kind: "MAP"; key: DataType; value: StructuredElement }
  | { kind: "VECTOR"; element: "INT" | "FLOAT"; dimension: number };

/** What a structured type holds. Source: "Structured data types". */
export interface StructuredElement {
  type: DataType;
  nullable: boolean;
}
export interface ObjectField extends StructuredElement {
  name: string;
}

export const MAX_VARCHAR = 16_777_216;
export const MAX_BINARY = 8_388_608;

export const number = (precision = 38, scale = 0): DataType => ({ kind: "NUMBER", precision, scale });
export const varchar = (length = MAX_VARCHAR): DataType => ({ kind: "VARCHAR", length });
export const timestamp = (kind: "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ", scale = 9): DataType => ({
  kind,
  scale,
});

const printElement = ({ type, nullable }: StructuredElement): string =>
  printDataType(type) + (nullable ? "" : " NOT NULL");

/** ARRAY, OBJECT or MAP of given types. */
export const isStructured = (type: DataType): boolean =>
  type.kind === "MAP" ||
  (type.kind === "ARRAY" && type.element !== undefined) ||
  (type.kind === "OBJECT" && type.fields !== undefined);

/** Does a structured OBJECT, whose keys have an order, stand anywhere in the type? */
export function hasFields(type: DataType): boolean {
  switch (type.kind) {
    case "OBJECT":
      return type.fields !== undefined;
    case "ARRAY":
      return type.element !== undefined && hasFields(type.element.type);
    case "MAP":
      return hasFields(type.value.type);
    default:
      return false;
  }
}

/** As SHOW COLUMNS, DESCRIBE and GET_DDL print it: `NUMBER(38,0)`, `VARCHAR(16777216)`, `TIMESTAMP_NTZ(9)`. */
export function printDataType(type: DataType): string {
  switch (type.kind) {
    case "NUMBER":
      return `NUMBER(${type.precision},${type.scale})`;
    case "VARCHAR":
    case "BINARY":
      return `${type.kind}(${type.length})`;
    case "TIME":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP_TZ":
      return `${type.kind}(${type.scale})`;
    case "VECTOR":
      return `VECTOR(${type.element}, ${type.dimension})`;
    case "ARRAY":
      return type.element ? `ARRAY(${printElement(type.element)})` : "ARRAY";
    case "OBJECT":
      return type.fields
        ? `OBJECT(${type.fields.map((field) => `${field.name} ${printElement(field)}`).join(", ")})`
        : "OBJECT";
    case "MAP":
      return `MAP(${printDataType(type.key)}, ${printElement(type.value)})`;
    default:
      return type.kind;
  }
}
