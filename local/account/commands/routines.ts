import { printIdentifier, requirePrivilege } from "../access/index.ts";
import type { Argument, RoutineProps } from "../catalog/loose-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { parseExpression, parseQuery } from "../sql/parse/index.ts";
import { printDataType } from "../types/data-type.ts";
import { parseDataType } from "../types/parse-data-type.ts";
import { alterCommon } from "./alter.ts";
import { Cursor } from "./cursor.ts";
import { commonRow, showCommand } from "./family.ts";
import { changeCatalog, createObject, definitionContext, EXECUTED, latest, updateProps } from "./objects.ts";
import { overlayParameters, parameterTable, splitParameters, withoutParameters } from "./parameter-sets.ts";
import { readKeys, readProperties, text, unsupported } from "./properties.ts";
import { type CommandDef, command, type Head, notYet } from "./registry.ts";
import { findRoutine, resolveRoutine, routineKey } from "./routine-names.ts";
import { type ShowColumns, type ShowRow, showOutcome, timeValue, yesNo } from "./show.ts";
import { readSignature, readTypeText, signatureType } from "./signature.ts";
import { readExpressionText } from "./table-grammar.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

type RoutineKind = "FUNCTION" | "PROCEDURE";
type Routine = CatalogObject<RoutineKind>;

function readArgument(cursor: Cursor): Argument {
  const name = cursor.identifier();
  const output = cursor.acceptOneOf("OUT", "OUTPUT") !== undefined;
  if (!output) cursor.acceptOneOf("IN", "INPUT");
  const argument: Argument = { name, type: parseDataType(readTypeText(cursor)) };
  if (output) argument.output = true;
  if (cursor.accept("DEFAULT")) argument.defaultSql = readExpressionText(cursor, []);
  return argument;
}

const LANGUAGES = ["SQL", "JAVASCRIPT", "PYTHON", "JAVA", "SCALA"] as const;

interface RoutineSyntax {
  name: string[];
  ifNotExists: boolean;
  copyGrants: boolean;
  props: Omit<RoutineProps, "routine" | "context">;
  comment: string | null;
  tags: TagValue[];
}

const OTHER_PROPERTIES = {
  RUNTIME_VERSION: unsupported("RUNTIME_VERSION"),
  PACKAGES: unsupported("PACKAGES"),
  IMPORTS: unsupported("IMPORTS"),
  HANDLER: unsupported("HANDLER"),
  TARGET_PATH: unsupported("TARGET_PATH"),
  EXTERNAL_ACCESS_INTEGRATIONS: unsupported("EXTERNAL_ACCESS_INTEGRATIONS"),
  SECRETS: unsupported("SECRETS"),
};

function readRoutine(cursor: Cursor, head: Head, kind: RoutineKind): RoutineSyntax {
  const ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const name = cursor.name();
  const args = cursor.parenthesized(() => readArgument(cursor));
  let copyGrants = cursor.accept("COPY", "GRANTS");
  cursor.expect("RETURNS");
  const props: RoutineSyntax["props"] = {
    arguments: args,
    returns: null,
    returnsTable: null,
    returnsNullable: true,
    language: "SQL",
    body: "",
    volatility: null,
    strict: false,
    secure: head.modifiers.has("SECURE"),
    memoizable: false,
    executeAs: kind === "PROCEDURE" ? "OWNER" : null,
    parameters: {},
  };
  if (cursor.accept("TABLE")) props.returnsTable = cursor.parenthesized(() => readArgument(cursor));
  else props.returns = parseDataType(readTypeText(cursor));
  if (cursor.accept("NOT", "NULL")) props.returnsNullable = false;
  else cursor.accept("NULL");
  let comment: string | null = null;
  const tags: TagValue[] = [];
  while (!cursor.sees("AS")) {
    const before = cursor.at;
    if (cursor.accept("COPY", "GRANTS")) copyGrants = true;
    if (cursor.accept("LANGUAGE")) {
      const language = cursor.acceptOneOf(...LANGUAGES);
      if (!language) throw cursor.syntaxError();
      if (language !== "SQL" && language !== "JAVASCRIPT") throw errors.unsupported(`LANGUAGE ${language}`);
      props.language = language;
    }
    if (cursor.accept("CALLED", "ON", "NULL", "INPUT")) props.strict = false;
    if (cursor.accept("STRICT") || cursor.accept("RETURNS", "NULL", "ON", "NULL", "INPUT"))
      props.strict = true;
    props.volatility = cursor.acceptOneOf("VOLATILE", "IMMUTABLE") ?? props.volatility;
    if (cursor.accept("MEMOIZABLE")) props.memoizable = true;
    if (kind === "PROCEDURE" && cursor.accept("EXECUTE", "AS")) {
      const who = cursor.acceptOneOf("OWNER", "CALLER");
      if (!who) throw cursor.syntaxError();
      props.executeAs = who;
    }
    const values = readProperties(cursor, {
      ...parameterTable(kind),
      ...OTHER_PROPERTIES,
      COMMENT: text,
      TAG: readTagValues,
    });
    const { parameters } = splitParameters(kind, values as Record<string, unknown>);
    props.parameters = overlayParameters(props.parameters, parameters);
    if (values.COMMENT !== undefined) comment = values.COMMENT as string;
    tags.push(...((values.TAG as TagValue[] | undefined) ?? []));
    if (cursor.at === before) throw cursor.syntaxError();
  }
  cursor.expect("AS");
  const quoted = cursor.seesString && cursor.peek(1) === undefined;
  props.body = quoted ? cursor.string() : cursor.rest();
  cursor.expectEnd();
  return { name, ifNotExists, copyGrants, props, comment, tags };
}

/**
 * `WITH name AS PROCEDURE (…) RETURNS … AS '…' CALL name(…)`: the procedure, and the CALL as written; null for another
 * statement. Source: "CALL (with anonymous procedure)".
 */
export function readAnonymousProcedure(
  text: string,
): { name: string; props: RoutineSyntax["props"]; call: string } | null {
  const whole = new Cursor(text);
  if (!whole.accept("WITH") || !whole.seesIdentifier) return null;
  const name = whole.identifier();
  if (!whole.accept("AS", "PROCEDURE")) return null;
  const open = whole.peek();
  // The definition ends with its body, the text after the first AS outside of parentheses.
  let depth = 0;
  while (!(depth === 0 && whole.sees("AS"))) {
    if (whole.atEnd) throw whole.syntaxError();
    if (whole.seesSymbol("(")) depth++;
    if (whole.seesSymbol(")")) depth--;
    whole.at++;
  }
  whole.expect("AS");
  const body = whole.peek();
  whole.string();
  if (whole.seesSymbol(","))
    throw errors.unsupported("common table expressions beside an anonymous procedure");
  if (!whole.sees("CALL")) throw whole.syntaxError();
  const definition = new Cursor(`P ${text.slice(open!.start, body!.end)}`);
  const head: Head = { orReplace: false, orAlter: false, modifiers: new Set(), terse: false };
  const { props } = readRoutine(definition, head, "PROCEDURE");
  checkBody("PROCEDURE", props);
  return { name, props, call: whole.rest() };
}

/** `(arguments) RETURNS type AS block`, as a block declares it. Source: "DECLARE (Snowflake Scripting)". */
export function readNestedProcedure(text: string): RoutineSyntax["props"] {
  const head: Head = { orReplace: false, orAlter: false, modifiers: new Set(), terse: false };
  return readRoutine(new Cursor(`P ${text}`), head, "PROCEDURE").props;
}

/** Only what can run is made: SQL, and JavaScript that is kept for procedures. Anything else is refused by name. */
function checkBody(kind: RoutineKind, props: RoutineSyntax["props"]): void {
  if (props.language !== "SQL" && props.language !== "JAVASCRIPT")
    throw errors.unsupported(`LANGUAGE ${props.language}`);
  if (
    props.arguments.some((argument) => argument.output) &&
    !(kind === "PROCEDURE" && props.language === "SQL")
  )
    throw errors.unsupported(`output arguments of a ${props.language} ${kind.toLowerCase()}`);
  if (kind === "PROCEDURE" || props.language !== "SQL") return;
  const body = props.body.trim();
  if (props.returnsTable) parseQuery(body.endsWith(";") ? body.slice(0, -1) : body);
  else {
    const word = body.split(" ", 1)[0]!.split("\n", 1)[0]!.toUpperCase();
    if (word === "SELECT" || word === "WITH") parseQuery(body);
    else parseExpression(body);
  }
}

async function create(
  ctx: StatementContext,
  cursor: Cursor,
  head: Head,
  kind: RoutineKind,
): Promise<Outcome> {
  if (head.modifiers.has("AGGREGATE")) throw errors.unsupported("AGGREGATE FUNCTION");
  const syntax = readRoutine(cursor, head, kind);
  checkBody(kind, syntax.props);
  const plain = syntax.name[syntax.name.length - 1]!;
  const key = routineKey(
    plain,
    syntax.props.arguments.map((a) => printDataType(a.type).split("(")[0]!),
  );
  const { outcome } = await createObject(ctx, {
    kind,
    head,
    name: { ifNotExists: syntax.ifNotExists, parts: [...syntax.name.slice(0, -1), key] },
    copyGrants: syntax.copyGrants,
    orAlter: (_, defined) => defined,
    build: () => ({
      props: {
        ...syntax.props,
        routine: plain,
        context: definitionContext(ctx, kind, syntax.name),
      },
      comment: syntax.comment,
    }),
    after: (change, made) => setTags(ctx, change, made, syntax.tags),
    message: () =>
      `${kind === "FUNCTION" ? "Function" : "Procedure"} ${printIdentifier(plain)} successfully created.`,
  });
  return outcome;
}

function readExisting(
  ctx: StatementContext,
  cursor: Cursor,
  kind: RoutineKind,
): { routine: Routine | undefined; name: string } {
  const ifExists = cursor.accept("IF", "EXISTS");
  const parts = cursor.name();
  const signature = readSignature(cursor);
  const name = printIdentifier(parts[parts.length - 1]!);
  const routine = ifExists
    ? findRoutine(ctx, kind, parts, signature)
    : resolveRoutine(ctx, kind, parts, signature);
  return { routine, name };
}

async function alter(ctx: StatementContext, cursor: Cursor, kind: RoutineKind): Promise<Outcome> {
  const { routine } = readExisting(ctx, cursor, kind);
  if (!routine) return statusOutcome(EXECUTED);
  requirePrivilege(ctx, "OWNERSHIP", routine);
  const put = async (props: Partial<RoutineProps>): Promise<Outcome> => {
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => void updateProps(change, routine, props));
    return statusOutcome(EXECUTED);
  };
  if (cursor.accept("RENAME", "TO")) {
    const parts = cursor.name();
    cursor.expectEnd();
    const plain = parts[parts.length - 1]!;
    const types = routine.props.arguments.map((a) => signatureType(printDataType(a.type)));
    const key = routineKey(plain, types);
    if (ctx.services.catalog.find(kind, routine.parent, key)) throw errors.objectExists(plain);
    if (parts.length > 1) throw errors.unsupported(`ALTER ${kind} … RENAME TO another schema`);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, routine, { routine: plain });
      change.update(changed, { name: key });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("SET", "SECURE")) return put({ secure: true });
  if (cursor.accept("UNSET", "SECURE")) return put({ secure: false });
  if (cursor.accept("EXECUTE", "AS")) {
    const who = cursor.acceptOneOf("OWNER", "CALLER");
    if (!who) throw cursor.syntaxError();
    return put({ executeAs: who });
  }
  const done = await alterCommon(ctx, cursor, routine as CatalogObject);
  if (done) return done;
  const table = { ...parameterTable(kind), COMMENT: text };
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, table);
    cursor.expectEnd();
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    const { parameters } = splitParameters(kind, values as Record<string, unknown>);
    await changeCatalog(ctx, (change) => {
      updateProps(change, routine, {
        parameters: overlayParameters(change.latest(routine).props.parameters, parameters),
      });
      if (values.COMMENT !== undefined)
        change.update(latest(change, routine), { comment: values.COMMENT as string });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(table));
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => {
      updateProps(change, routine, {
        parameters: withoutParameters(change.latest(routine).props.parameters, keys),
      });
      if (keys.includes("COMMENT")) change.update(latest(change, routine), { comment: null });
    });
    return statusOutcome(EXECUTED);
  }
  throw cursor.syntaxError();
}

async function drop(ctx: StatementContext, cursor: Cursor, kind: RoutineKind): Promise<Outcome> {
  const { routine, name } = readExisting(ctx, cursor, kind);
  cursor.expectEnd();
  if (!routine) return statusOutcome(`Drop statement executed successfully (${name} already dropped).`);
  requirePrivilege(ctx, "OWNERSHIP", routine);
  await changeCatalog(ctx, (change) => {
    change.purge(routine as CatalogObject);
    for (const grant of ctx.services.catalog.grantsOn(routine.id)) change.revoke(grant.id);
  });
  return statusOutcome(`${name} successfully dropped.`);
}

const base = (argument: Argument): string => printDataType(argument.type).split("(")[0]!;

/** `NAME(NUMBER, VARCHAR) RETURN NUMBER`, defaults in brackets. */
function argumentsText(routine: Routine): string {
  const { props } = routine;
  const args = props.arguments.map((a) => (a.defaultSql === undefined ? base(a) : `[${base(a)}]`)).join(", ");
  return `${props.routine}(${args}) RETURN ${returnText(props, false)}`;
}

function returnText(props: RoutineProps, lengths: boolean): string {
  if (props.returns)
    return lengths ? printDataType(props.returns) : printDataType(props.returns).split("(")[0]!;
  return `TABLE (${(props.returnsTable ?? []).map((a) => `${a.name} ${lengths ? printDataType(a.type) : base(a)}`).join(", ")})`;
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["schema_name", "text"],
  ["is_builtin", "text"],
  ["is_aggregate", "text"],
  ["is_ansi", "text"],
  ["min_num_arguments", "number"],
  ["max_num_arguments", "number"],
  ["arguments", "text"],
  ["description", "text"],
  ["catalog_name", "text"],
  ["is_table_function", "text"],
  ["valid_for_clustering", "text"],
  ["is_secure", "text"],
  ["secrets", "text"],
  ["external_access_integrations", "text"],
];
const FUNCTION_COLUMNS: ShowColumns = [
  ...COLUMNS,
  ["is_external_function", "text"],
  ["language", "text"],
  ["is_memoizable", "text"],
  ["is_data_metric", "text"],
];

function row(ctx: StatementContext, routine: Routine): ShowRow {
  const { props } = routine;
  const common = commonRow(ctx, routine as CatalogObject);
  return {
    ...common,
    created_on: timeValue(routine.createdOn),
    name: props.routine,
    is_builtin: "N",
    is_aggregate: "N",
    is_ansi: "N",
    min_num_arguments: props.arguments.filter((a) => a.defaultSql === undefined).length,
    max_num_arguments: props.arguments.length,
    arguments: argumentsText(routine),
    description:
      routine.comment ?? (routine.kind === "FUNCTION" ? "user-defined function" : "user-defined procedure"),
    catalog_name: common["database_name"],
    is_table_function: yesNo(props.returnsTable !== null),
    valid_for_clustering: "N",
    is_secure: yesNo(props.secure),
    secrets: null,
    external_access_integrations: null,
    is_external_function: "N",
    language: props.language,
    is_memoizable: yesNo(props.memoizable),
    is_data_metric: "N",
  };
}

async function describe(ctx: StatementContext, cursor: Cursor, kind: RoutineKind): Promise<Outcome> {
  const parts = cursor.name();
  const routine = resolveRoutine(ctx, kind, parts, readSignature(cursor));
  cursor.expectEnd();
  const { props } = routine;
  const signature = `(${props.arguments.map((a) => `${a.name} ${base(a)}`).join(", ")})`;
  const rows: [string, string][] = [
    ["signature", signature],
    ["returns", `${returnText(props, true)}${props.returnsNullable ? "" : " NOT NULL"}`],
    ["language", props.language],
    ...(kind === "FUNCTION" || props.language !== "SQL"
      ? ([
          ["null handling", props.strict ? "RETURNS NULL ON NULL INPUT" : "CALLED ON NULL INPUT"],
          ["volatility", props.volatility ?? "VOLATILE"],
        ] as [string, string][])
      : []),
    ...(kind === "PROCEDURE" ? ([["execute as", props.executeAs ?? "OWNER"]] as [string, string][]) : []),
    ["body", props.body],
  ];
  return showOutcome(
    [
      ["property", "text"],
      ["value", "text"],
    ],
    rows.map(([property, value]) => ({ property, value })),
    undefined,
    "property",
    "DESCRIBE",
  );
}

const test = "tests/local/account/commands/small-objects.test.ts";
const routineCommands = (kind: RoutineKind): CommandDef[] => [
  command("CREATE", kind, (ctx, cursor, head) => create(ctx, cursor, head, kind), {
    source: `CREATE ${kind}`,
    test,
    note: "SQL and JavaScript; no Python, Java, Scala or external ones.",
  }),
  command("ALTER", kind, (ctx, cursor) => alter(ctx, cursor, kind), { source: `ALTER ${kind}`, test }),
  command("DROP", kind, (ctx, cursor) => drop(ctx, cursor, kind), { source: `DROP ${kind}`, test }),
  command("DESCRIBE", kind, (ctx, cursor) => describe(ctx, cursor, kind), {
    source: `DESCRIBE ${kind}`,
    test,
  }),
  showCommand(
    kind,
    kind === "FUNCTION" ? FUNCTION_COLUMNS : COLUMNS,
    (ctx, routine) => row(ctx, routine as Routine),
    {
      source: `SHOW ${kind}S; SHOW USER ${kind}S`,
      test,
      note: "Lists user-defined ones.",
    },
  ),
  showCommand(
    kind,
    kind === "FUNCTION" ? FUNCTION_COLUMNS : COLUMNS,
    (ctx, routine) => row(ctx, routine as Routine),
    {
      plural: `USER ${kind}S`,
      source: `SHOW USER ${kind}S`,
      test,
    },
  ),
];
export const allRoutineCommands: CommandDef[] = [
  ...routineCommands("FUNCTION"),
  ...routineCommands("PROCEDURE"),
  notYet("CREATE", "EXTERNAL FUNCTION", "CREATE EXTERNAL FUNCTION"),
  notYet("CREATE", "DATA METRIC FUNCTION", "CREATE DATA METRIC FUNCTION"),
];
