/** Checks from model headers and from sql/checks/, bound and printed with physical names. Pure. */
import type { Problem, Problems } from "../../infra/errors.ts";
import { didYouMean } from "../../infra/errors.ts";
import { quotedObject } from "../../infra/names.ts";
import { personalColumns, splitColumn } from "../../infra/personal.ts";
import type { Check } from "../../infra/platform.ts";
import type { CompiledModel, CompiledModels } from "../models/compile-models.ts";
import { namedTables } from "../models/dependencies.ts";
import type { ContractedTable } from "../sources/contract.ts";
import { lineageOf } from "../sql/lineage.ts";
import { printQuery } from "../sql/print.ts";
import { outputNames, type Query, relationsOf } from "../sql/query.ts";
import type { Catalog, Relation } from "../sql/relation.ts";
import { resolveQuery } from "../sql/resolve.ts";
import { parseSql, positionAt } from "../sql/tree.ts";
import type { CheckFile } from "./check-file.ts";
import type { HeaderTest, Severity } from "./header-tests.ts";
import { CHANGED, isRefused, keyTest, type TestContext, type TestSql, testSql } from "./test-sql.ts";

interface Draft extends TestSql {
  kind: string;
  severity: Severity;
  file: string;
  /** Place of a header's test; a file's places are those of its SELECT. */
  line?: number;
}

export interface CheckContext {
  compiled: CompiledModels;
  contracted: readonly ContractedTable[];
  problems: Problems;
}

export function compileChecks(files: readonly CheckFile[], context: CheckContext): Check[] {
  const { compiled, problems } = context;
  // Where models are broken, a check's complaint would only repeat that.
  if (problems.list.length > 0) return [];
  const personal = personalColumns({ ...compiled, models: compiled.models.map((one) => one.model) });
  const checks = compiled.models.flatMap((one) =>
    draftsOf(one, files, context).flatMap((draft) => bind(draft, one, context, personal) ?? []),
  );
  refuseStrangers(files, context);
  return numbered(checks);
}

/** A file whose model is no model of this project; one that the stack leaves out takes its checks along. */
function refuseStrangers(files: readonly CheckFile[], { compiled, problems }: CheckContext): void {
  const known = compiled.models.map((one) => one.model.logical);
  for (const { file, header, lineAt } of files) {
    if (known.includes(header.model) || compiled.omitted.has(header.model)) continue;
    problems.add({
      code: "CHECK",
      file,
      line: lineAt(["model"]),
      path: "model",
      message: "is no model",
      given: header.model,
      hint: didYouMean(header.model, known),
    });
  }
}

function draftsOf(one: CompiledModel, files: readonly CheckFile[], context: CheckContext): Draft[] {
  const { model } = one;
  const own = one.tests.flatMap((test) => headerDraft(test, one, context) ?? []);
  const written = files
    .filter((file) => file.header.model === model.logical)
    .map(
      (file): Draft => ({
        name: file.name,
        kind: "select",
        says: file.header.description.trim(),
        sql: file.sql,
        severity: file.header.severity,
        file: file.file,
      }),
    );
  const drafts = [...own, ...written];
  // Where changes are looked at anyway, the key costs nothing more.
  const overChanges = drafts.some((draft) => readsChanges(draft.sql));
  return overChanges && model.key.length > 0
    ? [{ ...keyTest(model), kind: "unique", severity: "warning", file: model.file }, ...drafts]
    : drafts;
}

function headerDraft(
  test: HeaderTest,
  { model, statement }: CompiledModel,
  { compiled, contracted, problems }: CheckContext,
): Draft | undefined {
  const place = { file: model.file, line: test.line, path: `tests.${test.kind}` };
  const reads =
    test.kind === "relationship" ? test.given.to : test.kind === "reconciliation" ? test.given.with : "";
  if (compiled.omitted.has(reads)) return undefined;
  const context: TestContext = {
    model,
    keyOf: (logical) => compiled.catalog.get(logical)?.key.map((column) => column.toLowerCase()),
    contracted: (logical) => contracted.find((table) => table.logical === logical),
  };
  const made = testSql(test, context);
  if (isRefused(made)) {
    problems.add({
      code: "CHECK",
      ...place,
      ...made,
      hint: test.kind === "relationship" ? didYouMean(made.given ?? "", others(compiled, model)) : undefined,
    });
    return undefined;
  }
  if (statement === undefined && readsChanges(made.sql)) {
    problems.add({
      code: "CHECK",
      ...place,
      message: "is not possible on a view, which has no rows that change",
      hint: "Test the tables that it reads.",
    });
    return undefined;
  }
  return { ...made, kind: test.kind, severity: test.severity, file: model.file, line: test.line };
}

const others = ({ catalog }: CompiledModels, { logical }: CompiledModel["model"]): string[] =>
  [...catalog.keys()].filter((name) => name !== logical);

function readsChanges(sql: string): boolean {
  const parsed = parseSql(sql);
  return !("error" in parsed) && parsed.statements.some((one) => namedTables(one).includes(CHANGED));
}

function bind(
  draft: Draft,
  { model }: CompiledModel,
  { compiled, problems }: CheckContext,
  personal: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Check | undefined {
  const add = (problem: Omit<Problem, "file">, offset?: number) =>
    problems.add({
      file: draft.file,
      ...(draft.line !== undefined
        ? { line: draft.line, path: `tests.${draft.kind}` }
        : offset === undefined
          ? {}
          : positionAt(draft.sql, offset)),
      ...problem,
    });
  const parsed = parseSql(draft.sql);
  if ("error" in parsed || parsed.statements.length !== 1) {
    const error = "error" in parsed ? parsed.error : { message: "a check is one SELECT", offset: undefined };
    add({ code: "SQL_SYNTAX", message: error.message }, error.offset);
    return undefined;
  }
  const statement = parsed.statements[0]!;
  if (namedTables(statement).some((table) => compiled.omitted.has(table))) return undefined;
  const query = resolveQuery(
    statement,
    withChanged(compiled.catalog, model.logical),
    ({ span, ...finding }) => add(finding, span?.start),
  );
  if (query === undefined) return undefined;
  const overChanges = relationsOf(query).some((relation) => relation.logical === CHANGED);
  if (draft.severity === "blocking" && !overChanges) {
    add({
      code: "CHECK",
      message: `cannot be blocking: it looks at whole tables, on a schedule, when what follows has run already`,
      hint: `Read ${CHANGED}, the rows of ${model.logical} that changed.`,
    });
    return undefined;
  }
  return {
    key: `${model.logical}.${draft.name}`,
    model: model.logical,
    owner: model.owner,
    kind: draft.kind,
    says: draft.says,
    severity: draft.severity,
    file: draft.file,
    run: overChanges ? "changes" : "schedule",
    reads: relationsOf(query)
      .map((relation) => relation.logical)
      .filter((logical) => logical !== CHANGED && logical !== model.logical)
      .sort(),
    sample: sampleOf(query, model.logical, personal),
    query: printQuery(query, {
      tableText: (relation) => (relation.logical === CHANGED ? "changed" : quotedObject(relation.object)),
    }),
  };
}

function withChanged(catalog: Catalog, logical: string): Catalog {
  const own = catalog.get(logical)!;
  const changed: Relation = { ...own, logical: CHANGED, view: undefined, guard: undefined };
  return new Map([...catalog, [CHANGED, changed]]);
}

/** Outputs that may be kept as samples: none whose value comes from a personal column. */
function sampleOf(
  query: Query,
  model: string,
  personal: ReadonlyMap<string, ReadonlyMap<string, string>>,
): string[] {
  const lineage = lineageOf(query);
  return outputNames(query).filter((name) =>
    (lineage.get(name) ?? []).every((source) => {
      const { table, name: column } = splitColumn(source);
      return personal.get(table === CHANGED ? model : table)?.get(column.toUpperCase()) === undefined;
    }),
  );
}

/** Two tests of one kind on the same columns are told apart by a number. */
function numbered(checks: readonly Check[]): Check[] {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const count = (seen.get(check.key) ?? 0) + 1;
    seen.set(check.key, count);
    return count === 1 ? check : { ...check, key: `${check.key}.${count}` };
  });
}
