/** Schemas that drift: fields that a source system adds, leaves out or sends as another type, on some of its rows. */
import type { Amend } from "./deliver.ts";
import { hashOf, label, unit } from "./random.ts";
import type { Json, Row } from "./source.ts";

export interface Drift {
  /** The source's name, e.g. `salesforce_account`. */
  readonly source: string;
  readonly field: string;
  /** Retyped: numbers and booleans come as text, text as a list of it. */
  readonly change: "new" | "missing" | "retyped";
}

/** Changes that nothing downstream stands on: what a careless administrator of the CRM does on a Tuesday. */
export const HARMLESS_DRIFTS: readonly Drift[] = [
  { source: "salesforce_account", field: "Segment__c", change: "new" },
  { source: "salesforce_account", field: "NumberOfEmployees", change: "retyped" },
  { source: "salesforce_opportunity", field: "Name", change: "missing" },
];

export interface DriftOptions {
  readonly seed: number;
  readonly drifts: readonly Drift[];
  /** Field that identifies a row, by source; `Id` by default. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Share of the rows that drift. Default: 0.2. */
  readonly share?: number;
}

const retyped = (value: Json): Json =>
  typeof value === "string" ? [value] : value === null ? [] : String(value);

/** Which rows drift is a function of the seed, the field and the row's key: a row that comes again drifts again. */
export function driftRows({ seed, drifts, keys = {}, share = 0.2 }: DriftOptions): Amend {
  return (source, row) => {
    let amended: Row = row;
    for (const drift of drifts) {
      if (drift.source !== source) continue;
      const key = String(row[keys[source] ?? "Id"]);
      if (unit(hashOf(seed, label(`${source}.${drift.field}`), label(key))) >= share) continue;
      const { [drift.field]: value = null, ...rest } = amended;
      if (drift.change === "missing") amended = rest;
      else amended = { ...amended, [drift.field]: drift.change === "new" ? "Enterprise" : retyped(value) };
    }
    return amended;
  };
}
