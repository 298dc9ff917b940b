/** How far back Time Travel goes. Source: "Understanding & using Time Travel". */
import { errors } from "../errors.ts";
import type { Catalog } from "./catalog.ts";
import { ACCOUNT_ID, type CatalogObject, type StoredTable } from "./model.ts";

const DAY_MS = 86_400_000;

/** DATA_RETENTION_TIME_IN_DAYS in force for the object; transient and temporary ones have at most one day. */
export function retentionDays(catalog: Catalog, object: CatalogObject): number {
  let days: number | undefined;
  let short = false;
  for (let each: CatalogObject | undefined = object; each; each = catalog.get(each.parent)) {
    const props = each.props as {
      parameters?: Record<string, unknown>;
      transient?: boolean;
      tableKind?: string;
    };
    const set = props.parameters?.["DATA_RETENTION_TIME_IN_DAYS"];
    if (days === undefined && set !== undefined) days = Number(set);
    short ||= props.transient === true || (props.tableKind ?? "PERMANENT") !== "PERMANENT";
    if (each.parent === ACCOUNT_ID) break;
  }
  const account = catalog.listAll("ACCOUNT_SETTINGS")[0]?.props.parameters["DATA_RETENTION_TIME_IN_DAYS"];
  const value = days ?? (account === undefined ? 1 : Number(account));
  return short ? Math.min(value, 1) : value;
}

/** Is the dropped object within its retention? */
export const isRetained = (catalog: Catalog, object: CatalogObject, now: number): boolean =>
  object.droppedOn === null || now - object.droppedOn <= retentionDays(catalog, object) * DAY_MS;

/** The first moment (epoch milliseconds) that Time Travel shows of the table. */
export const earliestMoment = (catalog: Catalog, table: StoredTable, now: number): number =>
  Math.max(table.createdOn, now - retentionDays(catalog, table as CatalogObject) * DAY_MS);

const beyondText = (name: string): string =>
  `Time travel data is not available for table ${name}. The requested time is either beyond the allowed time travel period or before the object creation time.`;

/** Code, SQLSTATE and message of a moment that is not. */
export const BEYOND = { code: "000707", sqlState: "02000", text: beyondText } as const;

export const beyondTimeTravel = (name: string) =>
  errors.compilation(BEYOND.code, BEYOND.sqlState, BEYOND.text(name));
