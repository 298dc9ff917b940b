import type { Relation, Scope, ScopeColumn } from "../compile/scope.ts";
import { newScope } from "../compile/scope.ts";

/**
 * A MERGE's source once its rows are kept with what they fit: the same names, read from the kept rows. Only columns that
 * a clause reads are kept.
 */
export class KeptColumns {
  readonly scope: Scope = newScope(null);
  readonly #alias: string;
  /** By the source's SQL: the name under which its value is kept. */
  readonly #names = new Map<string, string>();

  constructor(source: Scope, alias: string) {
    this.#alias = alias;
    const column = ({ name, sql, type, nullable, hidden, origin }: ScopeColumn): ScopeColumn => ({
      name,
      sql: this.#keep(sql),
      type,
      nullable,
      ...(hidden !== undefined && { hidden }),
      ...(origin !== undefined && { origin }),
    });
    for (const { name, path, columns, positional } of source.relations) {
      const relation: Relation = { name, path, columns: columns.map(column) };
      if (positional)
        relation.positional = (index) => {
          const value = positional(index);
          return { ...value, sql: this.#keep(value.sql) };
        };
      this.scope.relations.push(relation);
    }
    for (const [name, merged] of source.merged) this.scope.merged.set(name, column(merged));
  }

  #keep(sql: string): string {
    let name = this.#names.get(sql);
    if (!name) {
      // Ends in an underscore, so that no name is the beginning of another.
      name = `__firn_k${this.#names.size}_`;
      this.#names.set(sql, name);
    }
    return `${this.#alias}.${name}`;
  }

  /** Select items of the columns that the texts read. */
  used(texts: readonly (string | null)[]): string[] {
    return [...this.#names]
      .filter(([, name]) => texts.some((text) => text?.includes(`${this.#alias}.${name}`)))
      .map(([sql, name]) => `${sql} AS ${name}`);
  }
}
