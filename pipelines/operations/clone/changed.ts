/**
 * Which models of a developer's stack are not what filled their tables: their tasks say something else than those that run
 * there now, or, where none does yet, than those of the stack whose tables were cloned.
 */
import { quotedSchema } from "../../../infra/names.ts";
import type { Platform } from "../../../infra/platform.ts";
import { type Account, records } from "../account.ts";

/** Statements of the tasks on the account, by the task's name in three parts, joined by dots. */
export async function deployedStatements(
  platform: Platform,
  account: Account,
): Promise<ReadonlyMap<string, string>> {
  const schemas = new Set(platform.tasks.map(quotedSchema));
  const there = new Map<string, string>();
  for (const schema of schemas)
    for (const row of await records(account, `SHOW TASKS IN SCHEMA ${schema}`))
      there.set(
        [row["database_name"], row["schema_name"], row["name"]].join("."),
        String(row["definition"]).trim(),
      );
  return there;
}

/**
 * Logical names, in the order in which the models are computed. `made` are the models whose tables are new and empty.
 */
export function changedModels(
  platform: Platform,
  base: Platform,
  deployed: { own: ReadonlyMap<string, string>; base: ReadonlyMap<string, string> },
  made: ReadonlySet<string>,
): string[] {
  const theirs = new Map(base.tasks.map((task) => [task.key, task]));
  return platform.tasks.flatMap((task) => {
    if (task.model === undefined) return [];
    const own = deployed.own.get(nameOf(task));
    if (own !== undefined) return own === task.statement.trim() ? [] : [task.model];
    const original = theirs.get(task.key);
    const same = original !== undefined && deployed.base.get(nameOf(original)) === original.statement.trim();
    return same && !made.has(task.model) ? [] : [task.model];
  });
}

const nameOf = ({ database, schema, name }: { database: string; schema: string; name: string }): string =>
  [database, schema, name].join(".");
