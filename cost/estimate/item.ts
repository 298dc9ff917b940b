import type { Figure, Value } from "../figure.ts";

/** FOCUS service categories that occur here. */
export type ServiceCategory =
  | "Analytics"
  | "Compute"
  | "Databases"
  | "Integration"
  | "Management and Governance"
  | "Networking"
  | "Security"
  | "Storage";

/** Whether something stops the cost at the ceiling, or the ceiling only follows from a volume that the usage file declares. */
export type CeilingBasis = "enforced" | "declared";

export interface ResourceRef {
  kind:
    | "warehouse"
    | "task"
    | "pipe"
    | "connector"
    | "table"
    | "schema"
    | "topics"
    | "bucket"
    | "flow"
    | "account";
  /** Logical name within its kind; stable across stacks. */
  key: string;
  /** Physical name. */
  name: string;
}

/** Share of an item's cost that a department causes; the shares of an item sum to 1. */
export interface DepartmentShare {
  department: string;
  share: number;
}

/** One priced thing: a resource's use of one service over a month. `quantity` × `unitPrice` = `expected`. */
export interface CostItem {
  resource: ResourceRef;
  provider: "Snowflake" | "AWS";
  service: string;
  category: ServiceCategory;
  quantity: Figure;
  unitPrice: Figure;
  expected: Figure;
  ceiling: Figure;
  basis: CeilingBasis;
  departments: DepartmentShare[];
  /** For warehouses: the part of the use that scheduled tasks cause, 0 to 1; people cause the rest. */
  scheduled?: number;
  /** What a reader must know: a missing native cap, an assumption over its maximum. */
  notes: string[];
}

/** A month's money, with what could not be put into it. */
export interface Total {
  /** USD that are known. */
  expected: number;
  /** USD of the bounded part; where `unbounded` names anything, the true ceiling is unbounded. */
  ceiling: number;
  unbounded: string[];
  unpriced: string[];
}

export const noTotal = (): Total => ({ expected: 0, ceiling: 0, unbounded: [], unpriced: [] });

/** Adds an item's share to a total. */
export function addItem(total: Total, item: CostItem, share = 1): void {
  const name = `${item.resource.name}: ${item.service}`;
  const expected = usd(item.expected.value);
  const ceiling = usd(item.ceiling.value);
  total.expected += (expected ?? 0) * share;
  total.ceiling += (ceiling ?? expected ?? 0) * share;
  if (item.ceiling.value.kind === "unbounded") total.unbounded.push(name);
  if (item.expected.value.kind === "no-price" || item.ceiling.value.kind === "no-price")
    total.unpriced.push(name);
}

const usd = (value: Value): number | undefined => (value.kind === "number" ? value.number : undefined);
