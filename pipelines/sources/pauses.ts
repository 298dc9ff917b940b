/** What stands still of the sources that the stack pauses. */
import type { StackConfig } from "../../infra/config/schema.ts";
import { didYouMean, type Problems } from "../../infra/errors.ts";
import { quotedObject } from "../../infra/names.ts";
import type { Pause, Platform } from "../../infra/platform.ts";

type Parts = Pick<Platform, "pipes" | "connectors" | "tables">;

export function planPauses(
  parts: Parts & { plans: Platform["sources"] },
  config: Pick<StackConfig, "paused">,
  stackFile: string,
  problems: Problems,
): Pause[] {
  return config.paused.flatMap((source): Pause[] => {
    const pauses = pausable(parts, source);
    if (pauses.length > 0) return pauses;
    const known = parts.plans.map((plan) => plan.key).filter((key) => pausable(parts, key).length > 0);
    problems.add({
      code: "SOURCE",
      file: stackFile,
      path: "firn:paused",
      message: parts.plans.some((plan) => plan.key === source)
        ? `${source} has neither pipe nor connector that could be paused`
        : `${source} is no source of this stack`,
      allowed: known.join(", "),
      hint: didYouMean(source, known),
    });
    return [];
  });
}

/** The pipes and connectors by which a source comes in, as what would pause them. */
export function pausable({ pipes, connectors, tables }: Parts, source: string): Pause[] {
  const own = new Set(
    tables.filter((table) => table.logical.startsWith(`raw.${source}.`)).map((table) => quotedObject(table)),
  );
  return [
    ...pipes
      .filter((pipe) => pipe.load.source === source)
      .map((pipe): Pause => {
        const object = { database: pipe.database, schema: pipe.schema, name: pipe.name };
        return { key: `pause ${pipe.key}`, name: Object.values(object).join("."), source, pipe: object };
      }),
    ...connectors
      .filter((connector) => own.has(quotedObject(connector.table)))
      .map(
        (connector): Pause => ({
          key: `pause ${connector.key}`,
          name: connector.name,
          source,
          connector: connector.key,
        }),
      ),
  ];
}
