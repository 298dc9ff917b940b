/**
 * An activation writes what a model says back to a system of record: which model, which object there, which external
 * id, which columns. Adding one is one small file that exports such a definition, and a line in index.ts. Its ledger,
 * task, batches, flow and grants follow.
 */
export interface Activation {
  /** Lower-case; names its task, its folder of batches and its flow. */
  key: string;
  description: string;
  /** Department that answers for it. */
  owner: string;
  /** The model, as models write it. Its rows are compared with what was sent before. */
  model: string;
  /** The model's column that identifies a row; its value becomes `target.externalId`. */
  column: string;
  target: {
    connector: "Salesforce";
    /** The object there, e.g. `Account` or a custom one. */
    object: string;
    /** `update` never makes a record: for objects that others own. `upsert` makes one where none has the id. */
    write: "update" | "upsert";
    /** The field that identifies a record; `Id` only with `update`. */
    externalId: string;
    /** Text field of 64 characters that takes the version which was sent; by it the next export acknowledges. */
    version: string;
  };
  /** Field of the object to column of the model. A column that may be NULL says what is sent in its place. */
  fields: Readonly<Record<string, string | { column: string; whenNull: Constant }>>;
  /** Boolean column of the model: a row where it is true is treated as gone. */
  optOut?: string;
  /** What a record gets whose row is gone; `keep` leaves it as it is. Nothing is ever deleted there. */
  whenGone: "keep" | Readonly<Record<string, Constant>>;
  /** The source's object whose export brings the record back, by which a send counts as acknowledged. */
  returns: { source: string; object: string };
}

export type Constant = string | number | boolean;

export const columnOf = (field: Activation["fields"][string]): string =>
  typeof field === "string" ? field : field.column;
