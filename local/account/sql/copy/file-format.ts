import { parseName, requirePrivilege, resolveObject } from "../../access/index.ts";
import { FORMAT_OPTIONS, type FormatType, withDefaults } from "../../commands/file-format-options.ts";
import { errors, SnowflakeError } from "../../errors.ts";
import type { StatementContext } from "../../session/context.ts";
import type { Options, OptionValue } from "../parse/index.ts";
import type { StagePlace } from "./stage-location.ts";

/** A file format with all its options. */
export interface Format {
  type: FormatType;
  options: Record<string, unknown>;
}

const invalid = (key: string, type: string) =>
  new SnowflakeError(
    "001008",
    "22023",
    `SQL compilation error:\ninvalid parameter '${key}' for file format type '${type}'`,
  );

function checked(key: string, value: OptionValue, type: FormatType): unknown {
  const option = FORMAT_OPTIONS[type][key];
  if (!option) throw invalid(key, type);
  switch (option.type) {
    case "Boolean":
      if (typeof value !== "boolean") throw errors.invalidValue(String(value), key);
      return value;
    case "Integer":
      if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
        throw errors.invalidValue(String(value), key);
      return value;
    case "List":
      return Array.isArray(value) ? value.map(String) : [String(value)];
    case "String":
      if (typeof value === "object") throw errors.invalidValue(JSON.stringify(value), key);
      return String(value);
  }
}

function fromOptions(ctx: StatementContext, given: Options | Record<string, unknown>): Format | null {
  const keys = Object.keys(given);
  if (keys.length === 0) return null;
  const name = given["FORMAT_NAME"];
  // Options beside the name say what is different here. Source: "COPY INTO <location>", examples.
  const { type, options } =
    name === undefined
      ? { type: String(given["TYPE"] ?? "CSV").toUpperCase() as FormatType, options: {} }
      : storedFormat(ctx, String(name));
  if (!(type in FORMAT_OPTIONS)) throw errors.invalidValue(type, "TYPE");
  if (name !== undefined && given["TYPE"] !== undefined)
    throw errors.unsupported("FORMAT_NAME together with TYPE");
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given))
    if (key !== "TYPE" && key !== "FORMAT_NAME") own[key] = checked(key, value as OptionValue, type);
  return { type, options: withDefaults({ type, options: { ...options, ...own } }) };
}

export function namedFormat(ctx: StatementContext, name: string): Format {
  const { type, options } = storedFormat(ctx, name);
  return { type, options: withDefaults({ type, options }) };
}

function storedFormat(ctx: StatementContext, name: string): Format {
  const parts = parseName(name);
  if (!parts) throw errors.doesNotExist("File format", name);
  const format = resolveObject(ctx, "FILE_FORMAT", parts);
  requirePrivilege(ctx, "USAGE", format);
  return format.props;
}

/** The statement's own options, else the stage's, else CSV as it comes. */
export function resolveFormat(ctx: StatementContext, given: Options, place: StagePlace): Format {
  const own = fromOptions(ctx, given);
  if (own) return own;
  const ofStage = place.stage ? fromOptions(ctx, place.stage.props.fileFormat) : null;
  return ofStage ?? { type: "CSV", options: withDefaults({ type: "CSV", options: {} }) };
}
