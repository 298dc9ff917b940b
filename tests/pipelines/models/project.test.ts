/** What must hold for every model of the project, however many there are. */
import { quotedObject } from "../../../infra/names.ts";
import type { Platform } from "../../../infra/platform.ts";
import { tokenize } from "../../../local/account/commands/index.ts";
import { parseBlock } from "../../../local/account/scripting/parse.ts";
import { as, identifier, parseSql, walk } from "../../../pipelines/sql/tree.ts";
import { loadProject } from "../../infra/sample.ts";

let platform: Platform;
beforeAll(() => {
  platform = loadProject("prod");
});

/** Tasks of scores and checks run blocks, which the queries' parser does not know; the account's does. */
const isBlock = (statement: string): boolean => statement.startsWith("BEGIN\n");

/** Three-part names of a block, quoted. */
function namedInBlock(statement: string): Set<string> {
  const tokens = tokenize(statement);
  const found = new Set<string>();
  for (const [at, token] of tokens.entries()) {
    const [dot, second, dots, third] = tokens.slice(at + 1, at + 5);
    if (token.kind !== "QUOTED" || dot?.image !== "." || dots?.image !== "." || third?.kind !== "QUOTED")
      continue;
    found.add(quotedObject({ database: token.value, schema: second!.value, name: third.value }));
  }
  return found;
}

/** Tables and streams that a statement names, quoted. */
function named(statement: string): Set<string> {
  if (isBlock(statement)) return namedInBlock(statement);
  const parsed = parseSql(statement);
  if ("error" in parsed) throw new Error(`${parsed.error.message}\n${statement}`);
  const found = new Set<string>();
  walk(parsed.statements, (node) => {
    const table = as(node, "table");
    const parts =
      table === undefined ? [] : [table["catalog"], table["schema"], table["name"]].map(identifier);
    if (parts.length === 3 && parts.every((part) => part !== undefined))
      found.add(quotedObject({ database: parts[0]!, schema: parts[1]!, name: parts[2]! }));
    return undefined;
  });
  return found;
}

const models = () => platform.tasks.filter((task) => task.model !== undefined);
/** Whether text names the object; subqueries in conditions are text for the parser's tree. */
const mentions = (statement: string, object: string): boolean => statement.includes(object);

test("every statement of a task, every view and every KPI is SQL", () => {
  const texts = [
    ...platform.tasks.map((task) => task.statement),
    ...platform.checks.map((check) => check.query),
    ...platform.views.map((view) => view.statement),
    ...platform.kpis.map((kpi) => kpi.sql),
    ...platform.models.flatMap((model) => model.fullRefresh ?? []),
  ];
  for (const text of texts.filter((one) => !isBlock(one))) expect(parseSql(text)).not.toHaveProperty("error");
  const blocks = texts.filter(isBlock);
  expect(blocks.length).toBeGreaterThan(0);
  for (const text of blocks) expect(() => parseBlock(text)).not.toThrow();
});

test("a stream is read by the statement of its one consumer, and by no other", () => {
  for (const stream of platform.streams) {
    const readers = platform.tasks.filter((task) => mentions(task.statement, quotedObject(stream)));
    expect(readers.map((task) => task.model ?? task.key)).toEqual([stream.consumer]);
  }
});

test("a task that has streams asks exactly those whether they have data", () => {
  for (const task of models()) {
    const own = platform.streams
      .filter((stream) => stream.consumer === task.model)
      .map((stream) => quotedObject(stream));
    // Streams of blocking checks are asked for the opposite: that they hold nothing back.
    const asked = (task.when ?? "").replaceAll(/NOT SYSTEM\$STREAM_HAS_DATA\([^)]*\)/g, "");
    for (const stream of platform.streams.map((one) => quotedObject(one)))
      expect(mentions(asked, stream)).toBe(own.includes(stream));
  }
});

test("a table is written by one task", () => {
  const written = models().map((task) =>
    quotedObject(platform.models.find((model) => model.logical === task.model)!.name),
  );
  expect(new Set(written).size).toBe(written.length);
});

test("the tasks' role may read what their statements read", () => {
  const { transformer } = platform.automation;
  const reached = new Set([transformer]);
  for (const role of reached)
    for (const grant of platform.roleGrants)
      if ("role" in grant.to && grant.to.role === role) reached.add(grant.role);
  const readable = new Set(
    platform.grants.flatMap((grant) =>
      reached.has(grant.role) && grant.target.on === "future" && grant.privileges.includes("SELECT")
        ? `"${grant.target.schema.database}"."${grant.target.schema.schema}"`
        : [],
    ),
  );
  const streams = new Set(platform.streams.map((stream) => quotedObject(stream)));
  for (const task of models())
    for (const object of named(task.statement)) {
      if (streams.has(object)) continue;
      expect([task.model, readable.has(object.split(".").slice(0, 2).join("."))]).toEqual([task.model, true]);
    }
});

test("every column of every model says what it means and where it comes from", () => {
  for (const model of platform.models) {
    expect(model.columns.filter((column) => column.description === "")).toEqual([]);
    expect(Object.keys(model.lineage)).toEqual(model.columns.map((column) => column.name.toLowerCase()));
  }
});

test("logical names are unique within their kind", () => {
  for (const [kind, list] of Object.entries(platform)) {
    if (!Array.isArray(list) || list.length === 0 || !("key" in (list[0] as object)) || kind === "models")
      continue;
    const keys = (list as { key: string }[]).map((one) => one.key);
    expect([kind, keys.filter((key, index) => keys.indexOf(key) !== index)]).toEqual([kind, []]);
  }
});
