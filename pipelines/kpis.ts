/**
 * KPIs: the questions that the company asks its marts, one file each under sql/kpi/, named as in reports.
 * A KPI is a plain SELECT with an order; it is checked against the tables of the models like any model.
 */
import type { Problems } from "../infra/errors.ts";
import type { Kpi } from "../infra/platform.ts";
import type { CompiledModels } from "./models/compile-models.ts";
import { namedTables } from "./models/dependencies.ts";
import type { ModelFile } from "./models/model.ts";
import { relationOfTable } from "./sources/plan.ts";
import { printQuery } from "./sql/print.ts";
import { outputNames } from "./sql/query.ts";
import type { Relation } from "./sql/relation.ts";
import { resolveQuery } from "./sql/resolve.ts";
import { parseSql, positionAt } from "./sql/tree.ts";

export type KpiFile = ModelFile;

export function compileKpis(files: readonly KpiFile[], compiled: CompiledModels, problems: Problems): Kpi[] {
  const relations = [
    ...compiled.tables.map(relationOfTable),
    ...compiled.views.map((view): Relation => relationOfTable({ ...view, clusterBy: [], insertOnly: false })),
  ];
  // Where models are broken, their tables are missing here: a KPI's complaint would only repeat that.
  if (problems.list.length > 0) return [];
  const catalog = new Map(relations.map((relation) => [relation.logical, relation]));
  return files.flatMap((file) => {
    const name = file.path.split("/").at(-1)!.slice(0, -".sql".length);
    const parsed = parseSql(file.text);
    if ("error" in parsed || parsed.statements.length !== 1) {
      const error = "error" in parsed ? parsed.error : { message: "a KPI is one SELECT", offset: undefined };
      const at = error.offset === undefined ? {} : positionAt(file.text, error.offset);
      problems.add({ code: "SQL_SYNTAX", file: file.path, ...at, message: error.message });
      return [];
    }
    if (namedTables(parsed.statements[0]!).some((table) => compiled.omitted.has(table))) return [];
    const query = resolveQuery(parsed.statements[0]!, catalog, ({ span, ...finding }) =>
      problems.add({
        file: file.path,
        ...(span === undefined ? {} : positionAt(file.text, span.start)),
        ...finding,
      }),
    );
    if (query === undefined) return [];
    const columns = outputNames(query).map((column) => column.toLowerCase());
    // Every column in turn gives one order, so that two runs compare line by line.
    const order = columns.map((_, index) => index + 1).join(", ");
    return [{ name, sql: `${printQuery(query)}\nORDER BY ${order}`, columns }];
  });
}
