import { ACCOUNT_ID, type CatalogObject, type Parameters } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { PARAMETERS, type ParameterDef, type ParameterValue } from "../session/parameters.ts";
import type { Cursor } from "./cursor.ts";
import { type PropertyTable, textOrWord, type ValueReader } from "./properties.ts";

/** Objects whose parameters can be set and shown. */
export type ParameterHolder =
  | "ACCOUNT"
  | "USER"
  | "SESSION"
  | "WAREHOUSE"
  | "DATABASE"
  | "SCHEMA"
  | "TABLE"
  | "TASK"
  | "PIPE"
  | "FUNCTION"
  | "PROCEDURE";

const namesAt = (level: string) =>
  [...PARAMETERS.values()].filter((p) => (p.levels as readonly string[]).includes(level)).map((p) => p.name);

const CONTAINER = ["LOG_LEVEL", "METRIC_LEVEL", "TRACE_LEVEL", "QUOTED_IDENTIFIERS_IGNORE_CASE"];

/** Parameters that SHOW PARAMETERS lists for each kind of object. Source: "Parameters", per-object sections. */
export const PARAMETERS_OF: Record<ParameterHolder, readonly string[]> = sortAll({
  ACCOUNT: [...PARAMETERS.keys()],
  SESSION: namesAt("SESSION"),
  USER: namesAt("USER"),
  WAREHOUSE: ["MAX_CONCURRENCY_LEVEL", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "STATEMENT_TIMEOUT_IN_SECONDS"],
  DATABASE: [...namesAt("DATABASE"), ...CONTAINER].filter((name) => name !== "PIPE_EXECUTION_PAUSED"),
  SCHEMA: [...namesAt("SCHEMA"), ...CONTAINER],
  TABLE: [...namesAt("TABLE"), "QUOTED_IDENTIFIERS_IGNORE_CASE"],
  TASK: [...namesAt("TASK"), ...namesAt("SESSION")],
  PIPE: ["LOG_LEVEL", "METRIC_LEVEL", "PIPE_EXECUTION_PAUSED"],
  FUNCTION: ["ENABLE_CONSOLE_OUTPUT", "LOG_LEVEL", "METRIC_LEVEL", "TRACE_LEVEL"],
  PROCEDURE: ["ENABLE_CONSOLE_OUTPUT", "LOG_LEVEL", "METRIC_LEVEL", "TRACE_LEVEL"],
});

function sortAll<K extends string>(sets: Record<K, string[]>): Record<K, readonly string[]> {
  for (const names of Object.values<string[]>(sets)) names.sort();
  return sets;
}

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"];
const SIZES = ["XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE", "XXLARGE"];
const FORMATS = ["HEX", "BASE64", "UTF8", "UTF-8"];

/** Values that the documentation allows; a parameter that is not here takes any value of its type. */
const ALLOWED: Record<string, readonly string[] | { min: number; max: number }> = {
  BINARY_INPUT_FORMAT: FORMATS,
  BINARY_OUTPUT_FORMAT: ["HEX", "BASE64"],
  CLIENT_PREFETCH_THREADS: { min: 1, max: 10 },
  CLIENT_RESULT_CHUNK_SIZE: { min: 16, max: 160 },
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: { min: 900, max: 3600 },
  CLIENT_TIMESTAMP_TYPE_MAPPING: ["TIMESTAMP_LTZ", "TIMESTAMP_NTZ"],
  DATA_RETENTION_TIME_IN_DAYS: { min: 0, max: 90 },
  GEOGRAPHY_OUTPUT_FORMAT: ["GeoJSON", "WKT", "WKB", "EWKT", "EWKB"],
  GEOMETRY_OUTPUT_FORMAT: ["GeoJSON", "WKT", "WKB", "EWKT", "EWKB"],
  JSON_INDENT: { min: 0, max: 16 },
  LOCK_TIMEOUT: { min: 0, max: 2_147_483_647 },
  LOG_LEVEL: LEVELS,
  MAX_CONCURRENCY_LEVEL: { min: 1, max: 32 },
  MAX_DATA_EXTENSION_TIME_IN_DAYS: { min: 0, max: 90 },
  METRIC_LEVEL: ["ALL", "NONE"],
  MIN_DATA_RETENTION_TIME_IN_DAYS: { min: 0, max: 90 },
  MULTI_STATEMENT_COUNT: { min: 0, max: 2_147_483_647 },
  ROWS_PER_RESULTSET: { min: 0, max: 2_147_483_647 },
  SERVERLESS_TASK_MAX_STATEMENT_SIZE: SIZES,
  SERVERLESS_TASK_MIN_STATEMENT_SIZE: SIZES,
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: { min: 0, max: 604_800 },
  STATEMENT_TIMEOUT_IN_SECONDS: { min: 0, max: 604_800 },
  STORAGE_SERIALIZATION_POLICY: ["COMPATIBLE", "OPTIMIZED"],
  SUSPEND_TASK_AFTER_NUM_FAILURES: { min: 0, max: 2_147_483_647 },
  TASK_AUTO_RETRY_ATTEMPTS: { min: 0, max: 30 },
  TIMESTAMP_TYPE_MAPPING: ["TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "TIMESTAMP_TZ"],
  TRACE_LEVEL: ["ALWAYS", "ON_EVENT", "PROPAGATE", "OFF"],
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: ["READ COMMITTED"],
  TWO_DIGIT_CENTURY_START: { min: 1900, max: 2100 },
  UNSUPPORTED_DDL_ACTION: ["IGNORE", "FAIL"],
  USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE: SIZES,
  USER_TASK_MINIMUM_TRIGGER_INTERVAL_IN_SECONDS: { min: 10, max: 604_800 },
  USER_TASK_TIMEOUT_MS: { min: 0, max: 604_800_000 },
  WEEK_OF_YEAR_POLICY: { min: 0, max: 1 },
  WEEK_START: { min: 0, max: 7 },
};

/** A given value as the parameter keeps it. Error 001008 when it is not allowed, naming value and parameter. */
export function checkParameter(definition: ParameterDef, given: string): ParameterValue {
  const bad = () => errors.invalidValue(given, definition.name);
  const allowed = ALLOWED[definition.name];
  switch (definition.type) {
    case "BOOLEAN": {
      const word = given.toLowerCase();
      if (word === "true" || word === "false") return word === "true";
      throw bad();
    }
    case "NUMBER": {
      const value = Number(given);
      if (given.trim() === "" || !Number.isInteger(value)) throw bad();
      if (allowed && "min" in allowed && (value < allowed.min || value > allowed.max)) throw bad();
      return value;
    }
    case "STRING": {
      if (!Array.isArray(allowed)) return checkZone(definition.name, given, bad);
      const found = (allowed as string[]).find((value) => value.toUpperCase() === given.toUpperCase());
      if (found === undefined && definition.name.endsWith("SIZE"))
        return (allowed as string[]).find((v) => v === given.toUpperCase().replace("-", "")) ?? fail(bad);
      return found ?? fail(bad);
    }
  }
}

function fail(error: () => Error): never {
  throw error();
}

function checkZone(name: string, given: string, bad: () => Error): string {
  if (name !== "TIMEZONE") return given;
  try {
    new Intl.DateTimeFormat("en", { timeZone: given });
    return given;
  } catch {
    throw bad();
  }
}

/** NULL unsets the parameter, as tools that keep an account in step with files rely on. */
const reader =
  (definition: ParameterDef): ValueReader<ParameterValue | null> =>
  (cursor, key) =>
    cursor.accept("NULL") ? null : checkParameter(definition, textOrWord(cursor, key));

/** Parameters as a statement gives them; null unsets. */
export type GivenParameters = Record<string, ParameterValue | null>;

/** The parameters in force before, with those given laid over them. */
export function overlayParameters(base: Parameters | undefined, given: GivenParameters): Parameters {
  const all: GivenParameters = { ...base, ...given };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as Parameters;
}

/** The property table of all parameters that an object of the kind takes. */
export function parameterTable(holder: ParameterHolder): Record<string, ValueReader<ParameterValue | null>> {
  const table: Record<string, ValueReader<ParameterValue | null>> = {};
  for (const name of PARAMETERS_OF[holder]) table[name] = reader(PARAMETERS.get(name)!);
  return table;
}

/** Splits what readProperties gave: the object's parameters, and its other properties. */
export function splitParameters<T extends Record<string, unknown>>(
  holder: ParameterHolder,
  values: T,
): { parameters: GivenParameters; own: T } {
  const parameters: GivenParameters = {};
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values))
    if (PARAMETERS_OF[holder].includes(name)) parameters[name] = value as ParameterValue | null;
    else own[name] = value;
  return { parameters, own: own as T };
}

/** Parameters without the given ones. */
export function withoutParameters(parameters: Parameters, names: readonly string[]): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)));
}

/** `KEY = value` for parameters of a session or the account, at least one. */
export function readParameters(cursor: Cursor, holder: ParameterHolder): GivenParameters {
  const table: PropertyTable = parameterTable(holder);
  const parameters: GivenParameters = {};
  do {
    const token = cursor.peek();
    const read = token?.kind === "WORD" ? table[token.value] : undefined;
    if (!token || !read) throw unknownParameter(cursor);
    cursor.at++;
    cursor.expectSymbol("=");
    parameters[token.value] = read(cursor, token.value) as ParameterValue | null;
    cursor.acceptSymbol(",");
  } while (!cursor.atEnd);
  return parameters;
}

/** An unknown parameter has its own error; anything else is a syntax error. */
export function unknownParameter(cursor: Cursor): Error {
  const token = cursor.peek();
  if (token?.kind !== "WORD") return cursor.syntaxError();
  return errors.compilation("001006", "42601", `invalid parameter '${token.value}'`);
}

export const isAccountObject = (object: CatalogObject): boolean => object.parent === ACCOUNT_ID;
