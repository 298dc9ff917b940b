import { SnowflakeError } from "../../errors.ts";
import {
  type DataType,
  isStructured,
  type ObjectField,
  printDataType,
  type StructuredElement,
} from "../../types/data-type.ts";
import { isSemiStructured } from "../../types/physical.ts";
import { castTo, hooks } from "./cast.ts";
import { type Env, nextAlias } from "./env.ts";
import { present } from "./marked.ts";
import { toJson } from "./to-json.ts";
import { quoteName, quoteText, raise, type Typed, typed } from "./typed.ts";

/** Structured ARRAY, OBJECT and MAP. They are kept as JSON whose values were converted. Source: "Structured data types". */
const VARIANT: DataType = { kind: "VARIANT" };

/** SQL of a JSON value, converted to a structured type. */
export function castStructured(env: Env, from: Typed, to: DataType, isTry: boolean): string {
  if (!isSemiStructured(from.type))
    throw new SnowflakeError(
      "002262",
      "22000",
      `SQL compilation error:\nFunction CAST cannot be used with arguments of types ${printDataType(from.type)} and ${printDataType(to)}`,
    );
  if (printDataType(from.type) === printDataType(to)) return from.sql;
  return converted(env, from.sql, to, isTry);
}

function refusal(json: string, to: DataType, isTry: boolean): string {
  if (isTry) return "CAST(NULL AS JSON)";
  const message = `'Failed to cast variant value ' || CAST(${json} AS VARCHAR) || ' to ${printDataType(to).replaceAll("'", "''")}'`;
  return `CAST(${raise("100071", "22000", message)} AS JSON)`;
}

function converted(env: Env, json: string, to: DataType, isTry: boolean): string {
  const wrong = refusal(json, to, isTry);
  switch (to.kind) {
    case "ARRAY": {
      const x = quoteName(nextAlias(env, "e"));
      const items = `CAST(json_extract(${json}, '$[*]') AS JSON[])`;
      const made = `to_json(list_transform(${items}, lambda ${x}: ${element(env, x, to.element!, isTry)}))`;
      return `CASE json_type(${json}) WHEN 'ARRAY' THEN ${made} WHEN 'NULL' THEN NULL ELSE CASE WHEN ${json} IS NOT NULL THEN ${wrong} END END`;
    }
    case "OBJECT": {
      const keys = to.fields!.map((field) => quoteText(field.name)).join(", ");
      const entries = to.fields!.map((field) => entry(env, json, field, isTry)).join(` || ',' || `);
      const made = `CAST('{' || ${entries} || '}' AS JSON)`;
      return `CASE json_type(${json}) WHEN 'OBJECT' THEN CASE WHEN list_sort(json_keys(${json})) = list_sort([${keys}]) THEN ${made} ELSE ${wrong} END WHEN 'NULL' THEN NULL ELSE CASE WHEN ${json} IS NOT NULL THEN ${wrong} END END`;
    }
    case "MAP": {
      const k = quoteName(nextAlias(env, "k"));
      const value = element(env, `json_extract(${json}, ${keyPath(k)})`, to.value, isTry);
      const made = `CAST('{' || array_to_string(list_transform(list_sort(json_keys(${json})), lambda ${k}: CAST(to_json(${k}) AS VARCHAR) || ':' || CAST(${value} AS VARCHAR)), ',') || '}' AS JSON)`;
      const keysFit =
        to.key.kind === "NUMBER"
          ? `len(list_filter(json_keys(${json}), lambda ${k}: TRY_CAST(${k} AS HUGEINT) IS NULL)) = 0`
          : "TRUE";
      return `CASE json_type(${json}) WHEN 'OBJECT' THEN CASE WHEN ${keysFit} THEN ${made} ELSE ${wrong} END WHEN 'NULL' THEN NULL ELSE CASE WHEN ${json} IS NOT NULL THEN ${wrong} END END`;
    }
    default:
      return json;
  }
}

/** A path of one key that is known only by row. */
export const keyPath = (keySql: string): string =>
  `'$."' || replace(replace(${keySql}, '\\', '\\\\'), '"', '\\"') || '"'`;

const entry = (env: Env, json: string, field: ObjectField, isTry: boolean): string =>
  `${quoteText(`${JSON.stringify(field.name)}:`)} || CAST(${element(env, `json_extract(${json}, ${keyPath(quoteText(field.name))})`, field, isTry)} AS VARCHAR)`;

/** An element's JSON; NULL is JSON null, or refused. */
function element(env: Env, json: string, to: StructuredElement, isTry: boolean): string {
  const sql =
    to.type.kind === "VARIANT"
      ? json
      : isStructured(to.type)
        ? converted(env, json, to.type, isTry)
        : toJson(castTo(env, typed(present(json), VARIANT), to.type, isTry));
  const missing = to.nullable ? "CAST('null' AS JSON)" : refusal(`coalesce(${json}, 'null')`, to.type, isTry);
  return `coalesce(${sql}, ${missing})`;
}

/** The type of what a step into a structured type gives; null where the type says nothing of it. */
export function innerType(type: DataType, key: string | null): DataType | null {
  switch (type.kind) {
    case "ARRAY":
      return type.element?.type ?? null;
    case "MAP":
      return type.value.type;
    case "OBJECT":
      return type.fields?.find((field) => field.name === key)?.type ?? null;
    default:
      return null;
  }
}

/** A VARIANT that was taken out of a structured value, as the type that it has there. */
export function taken(env: Env, value: Typed, type: DataType | null): Typed {
  if (type === null || type.kind === "VARIANT") return value;
  // It was converted when the structured value was made.
  if (isSemiStructured(type)) return { ...value, type };
  return castTo(env, value, type);
}

hooks.castStructured = castStructured;
