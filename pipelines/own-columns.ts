/** Columns of tables that the platform keeps for itself, which no model describes. */
import type { Column } from "../infra/platform.ts";

export const TEXT = "VARCHAR(16777216)";

export const ownColumn = (name: string, type: string, description: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  description,
  tags: [],
});
