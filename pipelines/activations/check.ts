/** What a definition must keep: each mistake is one problem that names the definition's file. */
import { didYouMean, type Problem, type Problems } from "../../infra/errors.ts";
import type { Column, Model } from "../../infra/platform.ts";
import { type DataType, parseType } from "../sql/types.ts";
import { type Activation, columnOf } from "./activation.ts";
import type { SentField } from "./statement.ts";

/** Families that JSON and the target both know. */
const SENDABLE: readonly DataType["family"][] = [
  "VARCHAR",
  "NUMBER",
  "FLOAT",
  "BOOLEAN",
  "DATE",
  "TIMESTAMP_NTZ",
];

export const fileOf = (activation: Activation): string =>
  `pipelines/activations/${activation.key.replaceAll("_", "-")}.ts`;

/** The fields with their columns' types, or undefined after a problem was added. */
export function checkActivation(
  activation: Activation,
  model: Model | undefined,
  problems: Problems,
): SentField[] | undefined {
  const before = problems.list.length;
  const add = (problem: Omit<Problem, "code" | "file">) =>
    problems.add({ code: "ACTIVATION", file: fileOf(activation), ...problem });
  if (model === undefined) {
    add({ path: "model", message: "names no model of this stack", given: activation.model });
    return undefined;
  }
  checkTarget(activation, add);
  const column = (name: string, path: string): Column | undefined => {
    const known = model.columns.map((one) => one.name.toLowerCase());
    const found = model.columns.find((one) => one.name.toLowerCase() === name);
    if (found === undefined)
      add({
        path,
        message: `is no column of ${model.logical}`,
        given: name,
        allowed: known.join(", "),
        hint: didYouMean(name, known),
      });
    return found;
  };
  column(activation.column, "column");
  if (model.key.join() !== activation.column)
    add({
      path: "column",
      message: `must be the key of ${model.logical}: one row, one record`,
      given: activation.column,
      allowed: model.key.join(", ") || "the model has no key",
    });
  if (
    activation.optOut !== undefined &&
    column(activation.optOut, "optOut")?.type.startsWith("BOOLEAN") === false
  )
    add({ path: "optOut", message: "must be a boolean column", given: activation.optOut });
  const fields = Object.entries(activation.fields).flatMap(([field, from]): SentField[] => {
    const path = `fields.${field}`;
    const found = column(columnOf(from), path);
    if (found === undefined) return [];
    const family = parseType(found.type)?.family;
    if (family === undefined || !SENDABLE.includes(family)) {
      add({ path, message: `is ${found.type}, which cannot be sent`, allowed: SENDABLE.join(", ") });
      return [];
    }
    const whenNull = typeof from === "string" ? undefined : from.whenNull;
    if (found.nullable && whenNull === undefined)
      add({
        path,
        message: `may be NULL, and what a target makes of that differs by interface`,
        given: columnOf(from),
        hint: `Give { column: "${columnOf(from)}", whenNull: … }, or declare the column required.`,
      });
    return [{ field, column: found.name, type: family, whenNull }];
  });
  return problems.list.length > before ? undefined : fields;
}

function checkTarget(activation: Activation, add: (problem: Omit<Problem, "code" | "file">) => void): void {
  const { target, fields, whenGone } = activation;
  const reserved = [target.externalId, target.version];
  for (const field of Object.keys(fields))
    if (reserved.includes(field))
      add({ path: `fields.${field}`, message: "is sent by itself and must not be mapped too" });
  if (target.externalId === "Id" && target.write === "upsert")
    add({
      path: "target.externalId",
      message: "Id identifies records that exist; an upsert needs a field of its own",
      allowed: 'write: "update", or a field that is marked as external id',
    });
  if (whenGone === "keep") return;
  for (const field of Object.keys(whenGone))
    if (fields[field] === undefined)
      add({
        path: `whenGone.${field}`,
        message: "is no field that this activation sends",
        allowed: Object.keys(fields).join(", "),
      });
}
