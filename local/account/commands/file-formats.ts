import { requirePrivilege, resolveObject } from "../access/index.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand, PROPERTY_COLUMNS, showCommand } from "./family.ts";
import { FORMAT_OPTIONS, printOption, readFileFormat, withDefaults } from "./file-format-options.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, showOutcome } from "./show.ts";

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (cursor.accept("CLONE")) {
    const original = resolveObject(ctx, "FILE_FORMAT", cursor.name());
    cursor.expectEnd();
    requirePrivilege(ctx, "USAGE", original);
    const build = () => ({ props: original.props, comment: original.comment });
    return (await createObject(ctx, { kind: "FILE_FORMAT", head, name, build })).outcome;
  }
  const { type, options, rest } = readFileFormat(cursor, { COMMENT: text });
  cursor.expectEnd();
  const { outcome } = await createObject(ctx, {
    kind: "FILE_FORMAT",
    head,
    name,
    orAlter: (existing, defined) => {
      if (existing.type !== defined.type)
        throw errors.unsupported("CREATE OR ALTER FILE FORMAT of another TYPE");
      return defined;
    },
    build: () => ({ props: { type, options }, comment: (rest["COMMENT"] as string | undefined) ?? null }),
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const format = findExisting(ctx, "FILE_FORMAT", parts, ifExists);
  if (!format) return statusOutcome(EXECUTED);
  const done = await alterCommon(ctx, cursor, format);
  if (done) return done;
  cursor.expect("SET");
  const start = cursor.at;
  const typed = cursor.sees("TYPE");
  const read = (() => {
    if (typed) return readFileFormat(cursor, { COMMENT: text });
    // Options without TYPE are those of the format's own type.
    const table = Object.fromEntries(
      Object.entries(FORMAT_OPTIONS[format.props.type]).map(([key, option]) => [key, option.read]),
    );
    const options: Record<string, unknown> = {};
    const rest: Record<string, unknown> = {};
    while (!cursor.atEnd) {
      cursor.acceptSymbol(",");
      const key = cursor.peek()?.value ?? "";
      const reader = key === "COMMENT" ? text : table[key];
      if (!reader || cursor.peek()?.kind !== "WORD") throw cursor.syntaxError();
      cursor.at++;
      cursor.expectSymbol("=");
      (key === "COMMENT" ? rest : options)[key] = reader(cursor, key);
    }
    return { type: format.props.type, options, rest };
  })();
  cursor.expectEnd();
  if (cursor.at === start) throw cursor.syntaxError();
  requirePrivilege(ctx, "OWNERSHIP", format);
  await changeCatalog(ctx, (change) => {
    const options =
      typed && read.type !== format.props.type ? read.options : { ...format.props.options, ...read.options };
    const changed = updateProps(change, format, { type: read.type, options });
    if (read.rest["COMMENT"] !== undefined) change.update(changed, { comment: String(read.rest["COMMENT"]) });
  });
  return statusOutcome(EXECUTED);
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const format = resolveObject(ctx, "FILE_FORMAT", cursor.name());
  cursor.expectEnd();
  const all = withDefaults(format.props);
  const rows = [
    { property: "TYPE", property_type: "String", property_value: format.props.type, property_default: "CSV" },
    ...Object.entries(FORMAT_OPTIONS[format.props.type]).map(([key, option]) => ({
      property: key,
      property_type: option.type,
      property_value: printOption(all[key]),
      property_default: printOption(option.byDefault),
    })),
  ];
  return showOutcome(PROPERTY_COLUMNS, rows, undefined, "property", "DESCRIBE");
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["type", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["format_options", "text"],
  ["owner_role_type", "text"],
];

const test = "tests/local/account/commands/stages.test.ts";
export const fileFormatCommands: CommandDef[] = [
  command("CREATE", "FILE FORMAT", create, { source: "CREATE FILE FORMAT", test }),
  command("ALTER", "FILE FORMAT", alter, { source: "ALTER FILE FORMAT", test }),
  dropCommand("FILE_FORMAT", { source: "DROP FILE FORMAT", test }),
  command("DESCRIBE", "FILE FORMAT", describe, { source: "DESCRIBE FILE FORMAT", test }),
  showCommand(
    "FILE_FORMAT",
    COLUMNS,
    (_ctx, format) => ({
      type: format.props.type,
      format_options: JSON.stringify({ TYPE: format.props.type, ...withDefaults(format.props) }),
    }),
    { source: "SHOW FILE FORMATS", test },
  ),
];
