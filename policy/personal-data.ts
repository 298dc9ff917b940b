export { personalColumns, splitColumn } from "../infra/personal-data.ts";

/** A masking policy on a column, where the platform declares one: roles in `unmasked` see the value. */
export interface ColumnMasking {
  policy: string;
  unmasked: string[];
}
