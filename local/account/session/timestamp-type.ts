import type { Catalog } from "../catalog/catalog.ts";
import type { DataType } from "../types/data-type.ts";
import { sessionParameter } from "./parameters.ts";
import type { Session } from "./session.ts";

/** What TIMESTAMP means in a session; other types as they are. Source: "Parameters", TIMESTAMP_TYPE_MAPPING. */
export function mappedType(
  catalog: Catalog,
  session: Pick<Session, "userId" | "parameters">,
  type: DataType,
): DataType {
  if (type.kind !== "TIMESTAMP_NTZ" || !type.byMapping) return type;
  const mapping = String(sessionParameter(catalog, session, "TIMESTAMP_TYPE_MAPPING").value);
  return { kind: mapping as "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ", scale: type.scale };
}
