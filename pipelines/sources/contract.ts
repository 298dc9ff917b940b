/**
 * A source's contract: what a record must have to count, and what the consumers know of its other fields. From it come
 * the condition that every model's reading of the table carries, the reasons for which records are rejected, and the
 * fields that drifted. Field types are Snowflake's TYPEOF, grouped.
 */
import { literal } from "../../infra/literal.ts";
import type { ObjectName } from "../../infra/names.ts";
import type { Column } from "../../infra/platform.ts";

export const FIELD_TYPES = {
  text: ["VARCHAR"],
  number: ["INTEGER", "DECIMAL", "DOUBLE"],
  boolean: ["BOOLEAN"],
  object: ["OBJECT"],
  array: ["ARRAY"],
} as const;
/** A type, with `!` where the field must be there and not be null. */
export type FieldType = keyof typeof FIELD_TYPES | `${keyof typeof FIELD_TYPES}!`;

export interface Contract {
  /** Field that identifies a record: a text that is not empty. */
  key: string;
  /** Field that says when: a text that is a time. */
  time: string;
  /** Format of `time`; ISO 8601 by default. */
  timeFormat?: string;
  /** Of JSON records: every field that consumers know. Without it, fields are not watched. */
  fields?: Readonly<Record<string, FieldType>>;
  /**
   * What a missing or retyped field does. `absorb`: the record counts, the field is reported (the default). `reject`:
   * the record is refused with the reason `contract`. A new field is always absorbed and reported.
   */
  drift?: "absorb" | "reject";
  /** Records are elements of an XML document, one a line. */
  xml?: { element: string; envelope: readonly string[] };
  /** Fields that tell who a person is, or what a person wrote; known of or not. The record is masked for their sake. */
  personal?: readonly string[];
  /** Fields are checked in one of so many records: for volumes where a look at each costs too much. */
  watchOneIn?: number;
}

/** The time format of Salesforce's exports, e.g. `2026-03-01T10:00:00.000+0000`. */
export const SALESFORCE_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZHTZM';

export interface ContractedTable {
  /** What quality reports call it. */
  label: string;
  logical: string;
  object: ObjectName;
  /** Column that holds the record. */
  record: "record" | "record_content";
  contract: Contract;
  /** Of topics: logical name of the dead letters' table. */
  deadLetters?: string;
}

/** The column that holds a record, tagged where the contract names personal fields. */
export const personalRecord = (column: Column, contract: Contract | undefined): Column =>
  contract?.personal === undefined
    ? column
    : { ...column, tags: ["personal"], personalFields: contract.personal };

const path = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** A field of the record as text. Attributes of XML are `@name`. */
export function fieldText(table: ContractedTable, field: string, alias: string): string {
  const record = `${alias}.${table.record}`;
  if (table.contract.xml !== undefined)
    return field.startsWith("@")
      ? `get(${record}, ${literal(field)})::varchar`
      : `get(xmlget(${record}, ${literal(field)}), '$')::varchar`;
  return path(field) ? `${record}:${field}::varchar` : `get(${record}, ${literal(field)})::varchar`;
}

export function fieldTime(table: ContractedTable, field: string, alias: string): string {
  const format = table.contract.timeFormat === undefined ? "" : `, ${literal(table.contract.timeFormat)}`;
  return `try_to_timestamp_tz(${fieldText(table, field, alias)}${format})`;
}

/** Conditions that a record which counts meets, as SQL over the given alias; they are joined by AND. */
export function soundConditions(table: ContractedTable, alias: string): string[] {
  const key = fieldText(table, table.contract.key, alias);
  return [
    `${key} is not null`,
    `${key} <> ''`,
    `${fieldTime(table, table.contract.time, alias)} is not null`,
    ...(table.contract.drift === "reject" ? [`not (${breaksFields(table, alias)})`] : []),
  ];
}

/** Some field that is required is missing, or one has another type. */
export function breaksFields(table: ContractedTable, alias: string): string {
  return Object.entries(table.contract.fields ?? {})
    .map(([field, type]) => {
      const value = `coalesce(typeof(get(${alias}.${table.record}, ${literal(field)})), 'NULL_VALUE')`;
      return `${value} not in (${allowedTypes(type).map(literal).join(", ")})`;
    })
    .join("\n    or ");
}

export function allowedTypes(type: FieldType): string[] {
  const required = type.endsWith("!");
  const types = FIELD_TYPES[(required ? type.slice(0, -1) : type) as keyof typeof FIELD_TYPES];
  return required ? [...types] : [...types, "NULL_VALUE"];
}
