/**
 * All models together: parsed, ordered, bound, and each given its table, streams and the statement of its task.
 * Pure; every problem of every file is added to `problems`.
 */
import type { Problems } from "../../infra/errors.ts";
import {
  DATABASES,
  type DatabaseKey,
  type LogicalName,
  type Names,
  printLogical,
  quotedObject,
} from "../../infra/names.ts";
import type { Maintenance, Model, Stream, Table, View } from "../../infra/platform.ts";
import type { HeaderTest } from "../quality/header-tests.ts";
import { lineageOf } from "../sql/lineage.ts";
import { printQuery } from "../sql/print.ts";
import { type Query, relationsOf } from "../sql/query.ts";
import type { Catalog, Relation } from "../sql/relation.ts";
import { shownBy } from "../sql/shown.ts";
import { planAffected } from "./affected.ts";
import { arrivalsInputs, isRefusal, planArrivals } from "./arrivals.ts";
import { inOrder, namedTables } from "./dependencies.ts";
import {
  type BoundModel,
  bindModel,
  type ModelFile,
  type ParsedModel,
  parseModel,
  relationOf,
  requiredColumns,
  volatileFunction,
} from "./model.ts";
import {
  affectedStatement,
  arrivalsStatement,
  fullRefreshStatement,
  rebuildStatement,
  type Target,
} from "./statements.ts";

export interface CompiledModel {
  model: Model;
  /** Absent for views. */
  statement?: string;
  streams: Stream[];
  /** Tables that the statement reads: base tables only, views seen through. */
  inputs: Relation[];
  /** What its header says must hold of its rows. */
  tests: HeaderTest[];
}

export interface CompiledModels {
  models: CompiledModel[];
  tables: Table[];
  views: View[];
  /** Models that read a source which this stack leaves out, or one another that does. */
  omitted: ReadonlySet<string>;
  /** Everything that can be read: base tables, tables and views of models. */
  catalog: Catalog;
}

/**
 * `base` are the tables that exist without models, i.e. the raw ones. `absent` are schemas (`raw.marketing`) that exist
 * elsewhere: what reads them is left out with all that follows from it.
 */
export function compileModels(
  files: readonly ModelFile[],
  base: readonly Relation[],
  names: Names,
  problems: Problems,
  absent: readonly string[] = [],
): CompiledModels {
  const parsed = parseAll(files, base, problems);
  const omitted = leaveOut(parsed, new Set(absent), base);
  const catalog = new Map(base.map((relation) => [relation.logical, relation]));
  const result: CompiledModels = { models: [], tables: [], views: [], omitted, catalog };
  const order = inOrder(
    new Map([...parsed.values()].map((model) => [model.logical, namedTables(model.statement)])),
  );
  if ("cycle" in order) {
    const first = parsed.get(order.cycle[0]!)!;
    problems.add({
      code: "MODEL_CYCLE",
      file: first.file,
      message: `models read each other in a circle: ${order.cycle.join(" reads ")}`,
      hint: "Move what both need into a model of its own.",
    });
    return result;
  }
  for (const model of parsed.values()) catalog.set(model.logical, relationOf(model, names));
  // What reads a broken model is not judged: its complaints would only repeat the first one.
  const broken = new Set(
    files.flatMap((file) => nameOf(file)).filter((name) => !parsed.has(name) && !omitted.has(name)),
  );
  const bounds: BoundModel[] = [];
  for (const logical of order.order) {
    const model = parsed.get(logical)!;
    const bound = namedTables(model.statement).some((name) => broken.has(name))
      ? undefined
      : bindModel(model, catalog, names, (problem) => problems.add(problem));
    if (bound === undefined) {
      if (model.header.materialized === "view") broken.add(logical);
      continue;
    }
    catalog.set(logical, bound.relation);
    bounds.push(bound);
  }
  // Nothing is derived of models beside a wrong one: mistakes are told sooner.
  if (problems.list.length > 0) return result;
  for (const bound of bounds) {
    result.models.push(deriveModel(bound, names));
    if (bound.header.materialized === "view") result.views.push(viewOf(bound));
    else result.tables.push(tableOf(bound));
  }
  return result;
}

/** Takes the models away that cannot be without the absent schemas, and names them. */
function leaveOut(
  parsed: Map<string, ParsedModel>,
  absent: ReadonlySet<string>,
  base: readonly Relation[],
): ReadonlySet<string> {
  const omitted = new Set<string>();
  const needs = new Map(base.map((relation) => [relation.logical, relation.needs ?? []]));
  const gone = (name: string): boolean =>
    omitted.has(name) ||
    absent.has(name.split(".").slice(0, 2).join(".")) ||
    (needs.get(name) ?? []).some(gone);
  for (let before = -1; before !== omitted.size; ) {
    before = omitted.size;
    for (const [logical, model] of parsed) {
      if (!namedTables(model.statement).some(gone)) continue;
      omitted.add(logical);
      parsed.delete(logical);
    }
  }
  return omitted;
}

function parseAll(
  files: readonly ModelFile[],
  base: readonly Relation[],
  problems: Problems,
): Map<string, ParsedModel> {
  const parsed = new Map<string, ParsedModel>();
  const writers = new Map(base.map((relation) => [relation.logical, "a source"]));
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = modelName(file.path);
    if (name === undefined) {
      problems.add({
        code: "MODEL_HEADER",
        file: file.path,
        message: "a model's path is sql/<database>/<schema>/<model>.sql",
        allowed: `databases ${DATABASES.filter((one) => one !== "raw").join(", ")}; lower-case names`,
      });
      continue;
    }
    const model = parseModel(file, name, (problem) => problems.add(problem));
    if (model === undefined) continue;
    const writer = writers.get(model.logical);
    if (writer !== undefined) {
      problems.add({
        code: "MODEL_TWO_WRITERS",
        file: file.path,
        message: `${model.logical} is already written by ${writer}`,
      });
      continue;
    }
    writers.set(model.logical, file.path);
    parsed.set(model.logical, model);
  }
  return parsed;
}

function nameOf(file: ModelFile): string[] {
  const name = modelName(file.path);
  return name === undefined ? [] : [printLogical(name)];
}

/** `sql/core/customer/account.sql` → core.customer.account; undefined where the path has another form. */
export function modelName(path: string): LogicalName | undefined {
  const [root, database, schema, file, ...rest] = path.toLowerCase().split("/");
  if (root !== "sql" || file === undefined || rest.length > 0 || !file.endsWith(".sql")) return undefined;
  if (database === "raw" || !(DATABASES as readonly string[]).includes(database ?? "")) return undefined;
  const name = file.slice(0, -".sql".length);
  const simple = (text: string) => /^[a-z][a-z0-9_]*$/.test(text);
  if (!simple(schema!) || !simple(name)) return undefined;
  return { database: database as DatabaseKey, schema: schema!, name };
}

/** Views replaced by their meaning, so that streams on base tables can be followed. */
function throughViews(query: Query): Query {
  if (query.kind === "union")
    return { ...query, left: throughViews(query.left), right: throughViews(query.right) };
  return {
    ...query,
    items: query.items.map((item) => {
      if (item.source.kind === "query")
        return { ...item, source: { kind: "query", query: throughViews(item.source.query) } };
      if (item.source.kind === "table" && item.source.relation.view !== undefined)
        return { ...item, source: { kind: "query", query: throughViews(item.source.relation.view) } };
      return item;
    }),
  };
}

function deriveModel(bound: BoundModel, names: Names): CompiledModel {
  const { header } = bound;
  const through = throughViews(bound.query);
  const lineage = lineageOf(bound.query);
  const shown = shownBy(bound.query);
  const target: Target = {
    object: bound.relation.object,
    columns: header.columns.map((column) => ({ name: column.name, type: column.type.text })),
    key: header.key,
    within: header.within,
  };
  const { maintenance, statement, inputs } = maintain(bound, through, target, names);
  const streamed = maintenance.kind === "arrivals" || maintenance.kind === "affected" ? inputs : [];
  return {
    statement,
    inputs,
    tests: header.tests,
    streams: streamed.map((input) => streamOf(bound, input, names)),
    model: {
      logical: bound.logical,
      file: bound.file,
      name: bound.relation.object,
      description: header.description.trim(),
      owner: header.owner,
      key: header.key.map((one) => one.toLowerCase()),
      grain: header.grain.trim(),
      freshness: header.freshness,
      warehouse: header.warehouse,
      columns: columnsOf(bound),
      reads: relationsOf(bound.query).map((relation) => relation.logical),
      lineage: Object.fromEntries(
        header.columns.map((column) => [column.name.toLowerCase(), lineage.get(column.name) ?? []]),
      ),
      shows: Object.fromEntries(
        header.columns.map((column) => [column.name.toLowerCase(), shown.get(column.name) ?? []]),
      ),
      maintenance,
      query: printQuery(bound.query),
      fullRefresh: header.materialized === "view" ? undefined : fullRefreshStatement(target, bound.query),
    },
  };
}

interface Maintained {
  maintenance: Maintenance;
  statement?: string;
  inputs: Relation[];
}

function maintain(bound: BoundModel, query: Query, target: Target, names: Names): Maintained {
  const { header } = bound;
  const inputs = relationsOf(query);
  if (header.materialized === "view") return { maintenance: { kind: "view" }, inputs };
  const rebuild = (reason: string): Maintained => ({
    maintenance: { kind: "rebuild", reason },
    statement: rebuildStatement(target, query),
    inputs,
  });
  if (header.materialized === "table") return rebuild("its header says so");
  const volatile = volatileFunction(bound.statement);
  if (volatile !== undefined) return rebuild(`${volatile} changes by itself, which no stream tells`);
  const stream = (relation: Relation) => quotedObject(names.stream(bound.name, logicalOf(relation)));
  const arrivals = planArrivals(query, header.key, target.object, requiredColumns(header));
  if (!isRefusal(arrivals)) {
    return {
      maintenance: {
        kind: "arrivals",
        driver: arrivals.drivers.map((driver) => driver.logical).join(", "),
        lookups: arrivals.lookups.map((lookup) => lookup.relation.logical),
      },
      statement: arrivalsStatement(target, arrivals, stream),
      inputs: arrivalsInputs(arrivals),
    };
  }
  const affected = planAffected(query, header.key, stream);
  if (isRefusal(affected)) return rebuild(affected.reason);
  return {
    maintenance: { kind: "affected", grain: affected.grain.map((one) => one.toLowerCase()) },
    statement: affectedStatement(target, affected),
    inputs,
  };
}

function logicalOf(relation: Relation): LogicalName {
  const [database, schema, name] = relation.logical.split(".");
  return { database: database as DatabaseKey, schema: schema!, name: name! };
}

function streamOf(bound: BoundModel, input: Relation, names: Names): Stream {
  const source = logicalOf(input);
  return {
    key: `${bound.logical}<${input.logical}`,
    ...names.stream(bound.name, source),
    table: input.object,
    source: input.logical,
    consumer: bound.logical,
    appendOnly: input.insertOnly,
    comment: `Changes of ${input.logical}, read by ${bound.logical} alone.`,
  };
}

function columnsOf(bound: BoundModel): Table["columns"] {
  const required = requiredColumns(bound.header);
  return bound.header.columns.map((column) => ({
    name: column.name,
    type: column.type.text,
    nullable: !required.has(column.name),
    description: column.description.trim(),
    tags: column.tags,
  }));
}

const tableOf = (bound: BoundModel): Table => ({
  key: bound.logical,
  logical: bound.logical,
  ...bound.relation.object,
  columns: columnsOf(bound),
  clusterBy: bound.header.cluster,
  comment: bound.header.description.trim(),
  insertOnly: false,
});

const viewOf = (bound: BoundModel): View => ({
  key: bound.logical,
  logical: bound.logical,
  ...bound.relation.object,
  columns: columnsOf(bound),
  statement: printQuery(bound.query),
  // Departments read marts; what a mart is made of is not theirs to see.
  secure: bound.name.database === "mart",
  comment: bound.header.description.trim(),
});
