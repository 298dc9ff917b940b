import type { Platform } from "../infra/platform.ts";
import { makeContext } from "./estimate/context.ts";
import type { Estimate } from "./estimate/estimate.ts";
import { graphsOn } from "./estimate/graphs.ts";
import { numberOf } from "./figure.ts";
import type { PriceBook } from "./price-book.ts";
import type { Usage } from "./usage.ts";

export interface ModelCost {
  /** USD a month of its share of the warehouse, by assumed busy seconds of what is scheduled; people's queries are not in it. */
  compute: number | null;
  /** USD a month of its table. */
  storage: number | null;
}

/** What each model's table costs a month, expected; null where there is no price. Keyed by logical name. */
export function costByModel(
  platform: Platform,
  estimate: Estimate,
  book: PriceBook,
  usage: Usage,
): Map<string, ModelCost> {
  const perWarehouse = new Map<string, number>();
  const perModel = new Map<string, number>();
  const context = makeContext(platform, book, usage, {});
  const add = (map: Map<string, number>, key: string, seconds: number): void => {
    map.set(key, (map.get(key) ?? 0) + seconds);
  };
  for (const warehouse of platform.warehouses)
    for (const { model, seconds } of graphsOn(context, warehouse).flatMap((graph) => graph.work)) {
      add(perWarehouse, warehouse.key, seconds);
      if (model !== undefined) add(perModel, model, seconds);
    }
  const items = new Map(
    estimate.items.map((item) => [`${item.resource.kind} ${item.service} ${item.resource.key}`, item]),
  );
  const storage = new Map(
    platform.tables.map((table) => [table.logical, items.get(`table Storage ${table.key}`)]),
  );
  const tasks = new Map(platform.tasks.filter((task) => task.model).map((task) => [task.model, task]));
  const logicals = new Set([
    ...platform.tables.map((table) => table.logical),
    ...platform.models.map((model) => model.logical),
  ]);
  return new Map(
    [...logicals].map((logical) => {
      const task = tasks.get(logical);
      const warehouse = task && items.get(`warehouse Virtual Warehouse ${task.warehouseKey}`);
      const usd = warehouse && numberOf(warehouse.expected);
      const total = (task && perWarehouse.get(task.warehouseKey)) ?? 0;
      const compute =
        task === undefined
          ? 0
          : usd === undefined || total === 0
            ? null
            : (usd * (warehouse?.scheduled ?? 1) * (perModel.get(logical) ?? 0)) / total;
      const stored = storage.get(logical);
      return [logical, { compute, storage: stored === undefined ? 0 : (numberOf(stored.expected) ?? null) }];
    }),
  );
}
