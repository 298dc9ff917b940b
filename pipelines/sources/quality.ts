/**
 * The models that judge raw records by their contracts: which were refused and why, and which fields drifted. They are
 * made of the enabled sources' contracts, so that a source is one file; from there on they are models like any other.
 */
import { literal } from "../../infra/literal.ts";
import type { ModelFile } from "../models/model.ts";
import {
  allowedTypes,
  breaksFields,
  type ContractedTable,
  fieldText,
  fieldTime,
  soundConditions,
} from "./contract.ts";

/** Where a record stands: file and line, or topic, partition and offset. */
const originOf = (table: ContractedTable, alias: string): string =>
  table.record === "record"
    ? `${alias}.file_name || ':' || to_varchar(${alias}.file_row_number)`
    : `coalesce(${alias}.record_metadata:topic::varchar, '?')
    || '/' || coalesce(${alias}.record_metadata:partition::varchar, '?')
    || '/' || coalesce(${alias}.record_metadata:offset::varchar, '?')`;

/** Every model that contracts can give rise to, whatever the stack. */
export const QUALITY_MODELS = ["rejected_record", "drifted_field", "missing_field", "schema_drift"].map(
  (name) => `ops.quality.${name}`,
);

export function qualityModels(tables: readonly ContractedTable[], watchFields: boolean): ModelFile[] {
  if (tables.length === 0) return [];
  const watched = tables.filter((table) => table.contract.fields !== undefined);
  return [
    { path: "sql/ops/quality/rejected_record.sql", text: rejectedRecord(tables) },
    ...(watchFields && watched.length > 0
      ? [
          { path: "sql/ops/quality/drifted_field.sql", text: driftedField(watched) },
          { path: "sql/ops/quality/missing_field.sql", text: missingField(watched) },
          { path: "sql/ops/quality/schema_drift.sql", text: SCHEMA_DRIFT },
        ]
      : []),
  ];
}

const SCHEMA_DRIFT = `/*
description: What drifted from the contracts of the sources, new, retyped and missing fields.
owner: data
grain: one row for each source, field and kind of drift
materialized: view
columns:
  source: { type: varchar, description: "Source and object." }
  field: { type: varchar, description: "Name of the field." }
  drift: { type: varchar, description: "new, retyped or missing." }
  action: { type: varchar, description: "What the contract says: absorb, or reject." }
  origin: { type: varchar, description: "Where it was seen first." }
*/
select d.source, d.field, d.drift, d.action, d.origin from ops.quality.drifted_field d
union all
select m.source, m.field, 'missing' as drift, m.action, m.origin from ops.quality.missing_field m
`;

const union = (branches: readonly string[]): string => branches.join("\nunion all\n");

function rejectedRecord(tables: readonly ContractedTable[]): string {
  const branches = tables.flatMap((table) => [
    rejectedBranch(table),
    ...(table.deadLetters === undefined ? [] : [deadLetterBranch(table, table.deadLetters)]),
  ]);
  return `/*
description: Records that broke the contract of their source, as they came. Nothing that arrives is lost.
owner: data
grain: one row for each record that was refused
key: [source, origin]
unguarded: true
columns:
  source: { type: varchar, description: "Source and object, e.g. salesforce_account." }
  origin: { type: varchar, description: "File and line, or topic, partition and offset." }
  reason: { type: varchar, description: "not_json, missing_key, bad_timestamp or contract; the first that holds." }
  raw_text: { type: varchar, description: "The record's text.", tags: [personal] }
*/
${union(branches)}
`;
}

function rejectedBranch(table: ContractedTable): string {
  const { contract } = table;
  const files = table.record === "record";
  const key = `coalesce(${fieldText(table, contract.key, "r")}, '')`;
  const time = `${fieldTime(table, contract.time, "r")} is null`;
  const rejects = contract.drift === "reject";
  const envelope = contract.xml?.envelope.map(literal).join(", ");
  const unread = `r.record is null${envelope === undefined ? "" : ` and trim(r.line) not in (${envelope})`}`;
  const conditions = [
    ...(files ? [envelope === undefined ? unread : `(${unread})`] : []),
    ...(envelope === undefined
      ? [`${key} = ''`, time]
      : [`(r.record is not null and (${key} = '' or ${time}))`]),
    ...(rejects ? [`(${breaksFields(table, "r")})`] : []),
  ];
  const whens = [
    ...(files ? [`    when r.record is null then 'not_json'`] : []),
    `    when ${key} = '' then 'missing_key'`,
    ...(rejects ? [`    when ${time} then 'bad_timestamp'`] : []),
  ];
  return `select
  ${literal(table.label)} as source,
  ${originOf(table, "r")} as origin,
  case
${whens.join("\n")}
    else ${rejects ? "'contract'" : "'bad_timestamp'"}
  end as reason,
  ${files ? "r.line" : "to_json(r.record_content)"} as raw_text
from ${table.logical} r
where ${conditions.join("\n  or ")}`;
}

const deadLetterBranch = (table: ContractedTable, letters: string): string => {
  const header = (name: string) =>
    `coalesce(get(r.record_metadata:headers, '__connect.errors.${name}')::varchar, '?')`;
  return `select
  ${literal(table.label)} as source,
  ${header("topic")}
    || '/' || ${header("partition")}
    || '/' || ${header("offset")} as origin,
  'not_json' as reason,
  r.record_content::varchar as raw_text
from ${letters} r`;
};

const sampled = (table: ContractedTable): string[] =>
  table.contract.watchOneIn === undefined || table.record === "record"
    ? []
    : [`mod(r.record_metadata:offset::number(38, 0), ${table.contract.watchOneIn}) = 0`];

const sound = (table: ContractedTable): string[] =>
  soundConditions({ ...table, contract: { ...table.contract, drift: "absorb" } }, "r");

const driftHeader = (what: string, more: string): string => `/*
description: ${what}
owner: data
grain: one row for each source and field, with the record in which it was seen first
key: [source, field]
unguarded: true
columns:
  source: { type: varchar, description: "Source and object, e.g. salesforce_account." }
  field: { type: varchar, description: "Name of the field." }
${more}  action: { type: varchar, description: "What the contract says: absorb, or reject." }
  origin: { type: varchar, description: "Where it was seen first: file and line, or topic, partition and offset." }
*/
`;

function driftedField(tables: readonly ContractedTable[]): string {
  return `${driftHeader(
    "Fields that a contract does not know, or that have another type than it says.",
    `  drift: { type: varchar, description: "new, or retyped." }
  found: { type: varchar, description: "The type that came." }
`,
  )}${union(tables.map(driftedBranch))}
`;
}

function driftedBranch(table: ContractedTable): string {
  const { contract, record } = table;
  const known = Object.entries(contract.fields!);
  const names = known.map(([field]) => literal(field)).join(", ");
  const byTypes = new Map<string, string[]>();
  for (const [field, type] of known) {
    const types = [...allowedTypes(type), ...(type.endsWith("!") ? ["NULL_VALUE"] : [])]
      .map(literal)
      .join(", ");
    byTypes.set(types, [...(byTypes.get(types) ?? []), field]);
  }
  const retyped = [...byTypes].map(
    ([types, fields]) =>
      `(f.key::varchar in (${fields.map(literal).join(", ")}) and typeof(f.value) not in (${types}))`,
  );
  const action =
    contract.drift === "reject"
      ? `case when f.key::varchar in (${names}) then 'reject' else 'absorb' end`
      : "'absorb'";
  return `select
  ${literal(table.label)} as source,
  f.key::varchar as field,
  case when f.key::varchar in (${names}) then 'retyped' else 'new' end as drift,
  typeof(f.value) as found,
  ${action} as action,
  ${originOf(table, "r")} as origin
from ${table.logical} r, lateral flatten(input => r.${record}) f
where ${[...sound(table), ...sampled(table)].join("\n  and ")}
  and f.key::varchar is not null
  and (f.key::varchar not in (${names})
    or ${retyped.join("\n    or ")})
qualify row_number() over (partition by source, field order by origin) = 1`;
}

function missingField(tables: readonly ContractedTable[]): string {
  const branches = tables.flatMap((table) => missingBranch(table) ?? []);
  return `${driftHeader("Fields that a contract requires and that a record lacks.", "")}${union(branches)}
`;
}

function missingBranch(table: ContractedTable): string | undefined {
  const { contract, record } = table;
  const required = Object.entries(contract.fields!).flatMap(([field, type]) =>
    type.endsWith("!") ? [field] : [],
  );
  if (required.length === 0) return undefined;
  return `select
  ${literal(table.label)} as source,
  f.value::varchar as field,
  ${contract.drift === "reject" ? "'reject'" : "'absorb'"} as action,
  ${originOf(table, "r")} as origin
from ${table.logical} r, lateral flatten(input => array_construct(${required.map(literal).join(", ")})) f
where ${[...sound(table), ...sampled(table)].join("\n  and ")}
  and f.value::varchar is not null
  and coalesce(typeof(get(r.${record}, f.value::varchar)), 'NULL_VALUE') = 'NULL_VALUE'
qualify row_number() over (partition by source, field order by origin) = 1`;
}
