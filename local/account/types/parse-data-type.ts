import { errors, SnowflakeError } from "../errors.ts";
import { type DataType, MAX_BINARY, MAX_VARCHAR, number, timestamp, varchar } from "./data-type.ts";

/**
 * Reads a data type as written, synonyms folded. Source: Snowflake documentation, "Summary of data types".
 * TIMESTAMP and DATETIME mean TIMESTAMP_NTZ (TIMESTAMP_TYPE_MAPPING's default).
 */
export function parseDataType(text: string): DataType {
  const match =
    /^\s*([A-Za-z_][A-Za-z0-9_]*(?:\s+[A-Za-z_]+)*)\s*(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?\s*((?:[A-Za-z]+\s*)*)$/.exec(
      text,
    );
  if (!match) throw errors.unsupported(`data type ${text}`);
  const name = match[1]!.toUpperCase().replace(/\s+/g, " ");
  const suffix = match[3]!.trim().toUpperCase().replace(/\s+/g, " ");
  const args = match[2] === undefined ? [] : match[2].split(",").map((a) => a.trim());
  if (suffix !== "" && name !== "TIMESTAMP") throw errors.unsupported(`data type ${text}`);
  const integers = () =>
    args.map((a) => {
      if (!/^[0-9]+$/.test(a)) throw errors.unsupported(`data type ${text}`);
      return Number(a);
    });
  const none = <T>(type: T): T => {
    if (args.length > 0) throw errors.unsupported(`data type ${text}`);
    return type;
  };
  switch (suffix === "" ? name : `${name} ${suffix}`) {
    case "NUMBER":
    case "DECIMAL":
    case "DEC":
    case "NUMERIC": {
      const [precision = 38, scale = 0] = integers();
      if (precision < 1 || precision > 38)
        throw new SnowflakeError(
          "002004",
          "42601",
          `SQL compilation error:\nInvalid number precision: ${precision}. Must be between 0 and 38.`,
        );
      if (scale > 37 || scale > precision)
        throw new SnowflakeError(
          "002005",
          "42601",
          `SQL compilation error:\nInvalid number scale: ${scale}. Must be between 0 and ${precision}.`,
        );
      return number(precision, scale);
    }
    case "INT":
    case "INTEGER":
    case "BIGINT":
    case "SMALLINT":
    case "TINYINT":
    case "BYTEINT":
      return none(number());
    case "FLOAT":
    case "FLOAT4":
    case "FLOAT8":
    case "DOUBLE":
    case "DOUBLE PRECISION":
    case "REAL":
      return none({ kind: "FLOAT" });
    case "VARCHAR":
    case "STRING":
    case "TEXT":
    case "NVARCHAR":
    case "NVARCHAR2":
    case "CHAR VARYING":
    case "NCHAR VARYING":
    case "CHARACTER VARYING":
      return varchar(integers()[0] ?? MAX_VARCHAR);
    case "CHAR":
    case "CHARACTER":
    case "NCHAR":
      return varchar(integers()[0] ?? 1);
    case "BINARY":
    case "VARBINARY":
      return { kind: "BINARY", length: integers()[0] ?? MAX_BINARY };
    case "BOOLEAN":
      return none({ kind: "BOOLEAN" });
    case "DATE":
      return none({ kind: "DATE" });
    case "TIME":
      return { kind: "TIME", scale: fraction(integers()[0]) };
    case "DATETIME":
    case "TIMESTAMP":
    case "TIMESTAMPNTZ":
    case "TIMESTAMP_NTZ":
    case "TIMESTAMP WITHOUT TIME ZONE":
      return timestamp("TIMESTAMP_NTZ", fraction(integers()[0]));
    case "TIMESTAMPLTZ":
    case "TIMESTAMP_LTZ":
    case "TIMESTAMP WITH LOCAL TIME ZONE":
      return timestamp("TIMESTAMP_LTZ", fraction(integers()[0]));
    case "TIMESTAMPTZ":
    case "TIMESTAMP_TZ":
    case "TIMESTAMP WITH TIME ZONE":
      return timestamp("TIMESTAMP_TZ", fraction(integers()[0]));
    case "VARIANT":
      return none({ kind: "VARIANT" });
    case "OBJECT":
      return none({ kind: "OBJECT" });
    case "ARRAY":
      return none({ kind: "ARRAY" });
    case "VECTOR": {
      const [element = "", dimension = ""] = args.map((a) => a.toUpperCase());
      if (args.length !== 2 || (element !== "INT" && element !== "FLOAT") || !/^[0-9]{1,4}$/.test(dimension))
        throw errors.unsupported(`data type ${text}`);
      const size = Number(dimension);
      if (size < 1 || size > 4096) throw errors.invalidValue(dimension, "VECTOR dimension");
      return { kind: "VECTOR", element, dimension: size };
    }
    default:
      throw errors.unsupported(`data type ${text.trim().toUpperCase()}`);
  }
}

function fraction(scale: number | undefined): number {
  if (scale === undefined) return 9;
  if (scale > 9) throw errors.unsupported(`fractional seconds precision ${scale}`);
  return scale;
}
