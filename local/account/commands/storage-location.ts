import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";

/** The integration's allowed and blocked locations decide; `*` allows any. Source: "CREATE STORAGE INTEGRATION". */
export function checkLocation(integration: CatalogObject<"INTEGRATION">, url: string): void {
  const { properties, enabled } = integration.props;
  const covers = (list: unknown) =>
    Array.isArray(list) && list.some((prefix) => prefix === "*" || url.startsWith(String(prefix)));
  if (integration.props.category !== "STORAGE") throw errors.doesNotExist("Integration", integration.name);
  if (!enabled)
    throw errors.compilation("003517", "42601", `Integration '${integration.name}' is not enabled.`);
  if (!covers(properties["STORAGE_ALLOWED_LOCATIONS"]) || covers(properties["STORAGE_BLOCKED_LOCATIONS"]))
    throw errors.compilation(
      "003510",
      "42601",
      `Location '${url}' is not allowed by integration '${integration.name}'. Please use DESC INTEGRATION to check out allowed and blocked locations.`,
    );
}
