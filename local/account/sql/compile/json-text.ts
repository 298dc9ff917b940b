import { JsonError, jsonProblem, relaxedJson } from "../relaxed-json.ts";
import type { Env } from "./env.ts";
import { needNative } from "./native.ts";
import { raised } from "./typed.ts";

const attempt = (text: string): string | null => {
  try {
    return relaxedJson(text);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
};

const insist = (text: string): string | null => {
  try {
    return relaxedJson(text);
  } catch (error) {
    if (error instanceof JsonError)
      throw new Error(raised("100069", "22P02", `Error parsing JSON: ${error.message}`));
    throw error;
  }
};

/**
 * SQL of the JSON that a text holds. Standard JSON, which is nearly all there is, is read by DuckDB alone; what it
 * refuses goes to the parser of Snowflake's wider language, which says what is wrong or, when tried, gives NULL.
 */
export function parsedJson(env: Env, sql: string, isTry: boolean): string {
  const name = isTry ? "firn_try_relaxed_json" : "firn_relaxed_json";
  needNative(env, [{ name, arity: 1, call: isTry ? attempt : insist }]);
  return `coalesce(TRY_CAST(${sql} AS JSON), CAST(${name}(${sql}) AS JSON))`;
}

/** SQL of what is wrong with a JSON text; NULL when nothing is. */
export function problemOfJson(env: Env, sql: string): string {
  needNative(env, [{ name: "firn_json_problem", arity: 1, call: jsonProblem }]);
  return `CASE WHEN json_valid(${sql}) THEN NULL ELSE firn_json_problem(${sql}) END`;
}
