/** The organisation of the CRM that flows write to: what was written, by object and external id, in one file. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { salesforceId } from "../data/crm/salesforce-id.ts";
import { isCustom, type WrittenBack, type WrittenRecord } from "../data/crm/written-back.ts";
import type { Json } from "../data/source.ts";
import { writeFileAtomic } from "../supervisor/files.ts";

export interface FlowProgress {
  /** Files that were read, by key: their ETag. */
  files: Record<string, string>;
  read: number;
  accepted: number;
  refused: number;
}

interface State {
  objects: Record<string, Record<string, WrittenRecord>>;
  flows: Record<string, FlowProgress>;
}

export interface Write {
  object: string;
  operation: "UPDATE" | "UPSERT";
  externalId: string;
  record: Readonly<Record<string, Json>>;
}

/** A record that the CRM refuses, in Salesforce's words. */
export interface Refused {
  code: "INVALID_CROSS_REFERENCE_KEY" | "MISSING_ARGUMENT" | "ENTITY_IS_DELETED" | "INVALID_TYPE";
  message: string;
}

/** What the standard objects hold: `undefined` for an Id that does not exist. */
export type Existing = (object: string, id: string) => { deleted: boolean } | undefined;

export class Crm {
  private readonly path: string;
  private readonly existing: Existing;
  private readonly state: State;

  constructor(path: string, existing: Existing) {
    this.path = path;
    this.existing = existing;
    this.state = existsSync(path)
      ? (JSON.parse(readFileSync(path, "utf8")) as State)
      : { objects: {}, flows: {} };
  }

  /** Takes one record; `at` is when, in Salesforce's form. The same record twice is the same as once. */
  write({ object, operation, externalId, record }: Write, at: string): Refused | undefined {
    const key = record[externalId];
    if (typeof key !== "string" || key === "")
      return { code: "MISSING_ARGUMENT", message: `${externalId} not specified` };
    const records = this.state.objects[object] ?? {};
    const known = records[key];
    if (isCustom(object)) {
      if (known === undefined && operation === "UPDATE")
        return { code: "INVALID_CROSS_REFERENCE_KEY", message: `no ${object} has ${externalId} ${key}` };
    } else {
      if (externalId !== "Id")
        return { code: "INVALID_TYPE", message: `${object} has no external id field ${externalId}` };
      const standard = this.existing(object, key);
      if (standard === undefined)
        return { code: "INVALID_CROSS_REFERENCE_KEY", message: `invalid cross reference id ${key}` };
      if (standard.deleted) return { code: "ENTITY_IS_DELETED", message: `entity is deleted ${key}` };
    }
    const fields = { ...known?.fields, ...record };
    if (known !== undefined && JSON.stringify(known.fields) === JSON.stringify(fields)) return undefined;
    records[key] = {
      id: known?.id ?? (isCustom(object) ? this.nextId(object) : key),
      fields,
      createdAt: known?.createdAt ?? at,
      modifiedAt: at,
    };
    this.state.objects[object] = records;
    return undefined;
  }

  /** Custom objects in the order in which they were first written to have prefixes of their own. */
  private nextId(object: string): string {
    const custom = Object.keys(this.state.objects).filter(isCustom);
    const place = custom.includes(object) ? custom.indexOf(object) : custom.length;
    const count = Object.keys(this.state.objects[object] ?? {}).length;
    return salesforceId("Directory_Org__c", 62 ** 7 * (place + 1) + count);
  }

  flow(name: string): FlowProgress {
    this.state.flows[name] ??= { files: {}, read: 0, accepted: 0, refused: 0 };
    return this.state.flows[name];
  }

  written(): WrittenBack {
    return Object.fromEntries(
      Object.entries(this.state.objects).map(([object, records]) => [object, Object.values(records)]),
    );
  }

  /** Records and what was read of each flow in one write: a kill leaves a file either done or not begun. */
  save(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileAtomic(this.path, `${JSON.stringify(this.state)}\n`);
  }
}
