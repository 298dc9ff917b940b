import type { Platform } from "../../infra/platform.ts";
import type { DepartmentShare } from "./item.ts";

/** Who bears what no department causes. */
export const SHARED = "shared";

/** The owner of the model that a table belongs to; tables without one (raw, reject) are shared. */
export function ownersByTable(platform: Platform): Map<string, string> {
  return new Map(platform.models.map((model) => [model.logical, model.owner]));
}

export const all = (department: string): DepartmentShare[] => [{ department, share: 1 }];

/** Weights as shares that sum to 1, in order of name; nothing to share out is shared. */
export function sharesOf(weights: Map<string, number>): DepartmentShare[] {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return all(SHARED);
  return [...weights]
    .filter(([, weight]) => weight > 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([department, weight]) => ({ department, share: weight / total }));
}
