/**
 * Columns whose place in the program is not the one that they can have on the account. ALTER TABLE … ADD COLUMN adds at
 * the end (Snowflake: "ALTER TABLE"), and the provider tells columns by their place: one that is added further up would
 * be a change in every preview from then on.
 */
import { FirnError, type Problem } from "../../infra/errors.ts";
import type { Platform } from "../../infra/platform.ts";
import { type Deployed, findDeployed, TABLE_TYPE } from "./replace/pending.ts";

export interface DeployedColumns extends Deployed {
  outputs?: Record<string, unknown>;
}

/** `deployed` are the resources of the engine's state; a table that is not among them is made as it is written. */
export function refuseMisplacedColumns(
  platform: Pick<Platform, "tables" | "models">,
  deployed: readonly DeployedColumns[],
): void {
  const problems = platform.tables.flatMap((table): Problem[] => {
    const found: DeployedColumns | undefined = findDeployed(deployed, TABLE_TYPE, table.key);
    const there = names(found?.outputs?.["columns"] ?? found?.inputs["columns"]);
    const wanted = table.columns.map((column) => column.name);
    const possible = [
      ...there.filter((name) => wanted.includes(name)),
      ...wanted.filter((name) => !there.includes(name)),
    ];
    const at = wanted.findIndex((name, index) => name !== possible[index]);
    if (there.length === 0 || at < 0) return [];
    const model = platform.models.find((one) => one.logical === table.logical);
    return [
      {
        code: "MODEL_COLUMNS",
        file: model?.file ?? "pipelines/sources",
        path: "columns",
        message: there.includes(wanted[at]!)
          ? `${wanted[at]!.toLowerCase()} stands in another place than in the table that is there`
          : `${wanted[at]!.toLowerCase()} is new, and Snowflake adds columns at the end of a table`,
        given: wanted.join(", ").toLowerCase(),
        allowed: possible.join(", ").toLowerCase(),
        hint: "Otherwise every preview would show a change that cannot be made.",
      },
    ];
  });
  if (problems.length > 0) throw new FirnError(problems);
}

const names = (columns: unknown): string[] =>
  Array.isArray(columns) ? columns.map((column) => String((column as { name: unknown }).name)) : [];
