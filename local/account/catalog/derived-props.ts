import type { NameContext } from "./loose-props.ts";
import type { ColumnDef, Parameters } from "./model.ts";

/** Why a dynamic table is not refreshed. Source: "Manage dynamic tables", suspension reason codes. */
export type SuspensionReason =
  | "USER_SUSPENDED"
  | "UPSTREAM_USER_SUSPENDED"
  | "SUSPENDED_DUE_TO_ERRORS"
  | "UPSTREAM_SUSPENDED_DUE_TO_ERRORS"
  | "CLONED_AUTO_SUSPENDED"
  | "UPSTREAM_CLONED_AUTO_SUSPENDED";

/** A relation whose rows are stored and follow from a query. */
export interface DynamicTableProps {
  parameters: Parameters;
  columns: ColumnDef[];
  transient: boolean;
  query: string;
  /** Database and schema that unqualified names in the query mean. */
  context: NameContext;
  /** TARGET_LAG as it was written, and in seconds; DOWNSTREAM has none. */
  targetLag: { text: string; seconds: number | null };
  warehouseId: number;
  initializationWarehouseId: number | null;
  /** REFRESH_MODE as it was asked for, and what AUTO became. */
  /** `reason`: why AUTO became FULL. */
  refreshMode: {
    declared: "AUTO" | "FULL" | "INCREMENTAL";
    resolved: "FULL" | "INCREMENTAL";
    reason?: string | null;
  };
  initialize: "ON_CREATE" | "ON_SCHEDULE";
  /** Made with OR REPLACE: SHOW prints the statement. */
  orReplace: boolean;
  isClone: boolean;
  clusterBy: string[];
  changeTracking: boolean;
  suspended: { reason: SuspensionReason; on: number } | null;
  lastSuspendedOn: number | null;
  lastResumedOn: number | null;
  /** IMMUTABLE WHERE: rows for which it holds are not touched by refreshes. */
  immutableWhere?: string;
  /** Were these rows taken from another table, so that the first refresh does not make them? */
  backfilled?: true;
  rowAccessPolicy?: { policyId: number; columns: string[] };
}

export interface MaterializedViewProps {
  /** The whole CREATE statement, and the query inside it. */
  text: string;
  query: string;
  columns: ColumnDef[];
  isSecure: boolean;
  context: NameContext;
  clusterBy: string[];
  /** The one table that it reads, and what of it must stay as it was: its name and its columns' types. */
  sourceId: number;
  source: { name: string; columns: Record<string, string> };
  suspended: boolean;
  /** Why its maintenance failed; null when it did not. */
  invalidReason: string | null;
  rowAccessPolicy?: { policyId: number; columns: string[] };
}
