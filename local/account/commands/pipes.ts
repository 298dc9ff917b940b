import { parseName } from "../access/identifier.ts";
import { fullName, requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, PipeProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { type CopyIntoTable, parseStatement } from "../sql/parse/index.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { commonRow, dropCommand, showCommand } from "./family.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { flag, identifierOrText, readKeys, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome } from "./show.ts";
import { resolveFormatName } from "./stages.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

const PROPERTIES = {
  AUTO_INGEST: flag,
  ERROR_INTEGRATION: identifierOrText,
  AWS_SNS_TOPIC: text,
  INTEGRATION: identifierOrText,
  COMMENT: text,
};

interface CopyParts {
  text: string;
  tableId: number;
  stage: CatalogObject<"STAGE"> | null;
}

/** Names of COPY, resolved with the rights that the pipe will need: INSERT on the table, USAGE or READ on the stage. */
function checkCopy(ctx: StatementContext, copyText: string): CopyParts {
  const statement = parseStatement(copyText);
  if (statement.type !== "copyIntoTable")
    throw errors.compilation("002040", "0A000", "A pipe's definition must be COPY INTO <table>.");
  const copy: CopyIntoTable = statement;
  if (copy.files !== null) throw errors.unsupported("FILES in a pipe's COPY statement");
  for (const option of ["PURGE", "FORCE", "SIZE_LIMIT", "VALIDATION_MODE"])
    if (copy.options[option] !== undefined && copy.options[option] !== false)
      throw errors.compilation("002041", "0A000", `Copy option '${option}' is not supported in a pipe.`);
  const table = resolveObject(
    ctx,
    "TABLE",
    copy.target.name.map((ident) => ident.name),
  );
  for (const privilege of ["INSERT", "SELECT"]) requirePrivilege(ctx, privilege, table);
  const stage = stageOf(ctx, copy.source.location);
  if (stage) requirePrivilege(ctx, stage.props.url === null ? "READ" : "USAGE", stage);
  const format = copy.fileFormat["FORMAT_NAME"];
  if (typeof format === "string") resolveFormatName(ctx, format);
  return { text: copyText, tableId: table.id, stage };
}

/** The named stage of `db.schema.stage/path`; null for table and user stages. */
function stageOf(ctx: StatementContext, location: string): CatalogObject<"STAGE"> | null {
  const reference = location.startsWith("@") ? location.slice(1) : location;
  const slash = slashOutsideQuotes(reference);
  const name = reference.slice(0, slash);
  if (name.startsWith("~") || name.includes("%")) return null;
  const parts = parseName(name);
  if (!parts) throw errors.doesNotExist("Stage", name);
  return resolveObject(ctx, "STAGE", parts);
}

function slashOutsideQuotes(reference: string): number {
  let quoted = false;
  for (let i = 0; i < reference.length; i++) {
    if (reference[i] === '"') quoted = !quoted;
    if (reference[i] === "/" && !quoted) return i;
  }
  return reference.length;
}

function integrationId(ctx: StatementContext, name: string | undefined): number | null {
  if (name === undefined) return null;
  const integration = resolveObject(ctx, "INTEGRATION", [name]);
  requirePrivilege(ctx, "USAGE", integration);
  return integration.id;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const { TAG: tags, ...values } = readProperties(cursor, { ...PROPERTIES, TAG: readTagValues });
  cursor.expect("AS");
  const copy = checkCopy(ctx, cursor.rest());
  const autoIngest = values.AUTO_INGEST ?? false;
  const url = copy.stage?.props.url ?? null;
  if (autoIngest && url === null)
    throw errors.compilation("002042", "0A000", "AUTO_INGEST needs an external stage.");
  const channel =
    autoIngest && url !== null
      ? (values.AWS_SNS_TOPIC ?? (await ctx.services.runtime.ingest.notificationChannel(url)))
      : null;
  const { outcome, made } = await createObject(ctx, {
    kind: "PIPE",
    head,
    name,
    build: () => {
      const props: PipeProps = {
        copy: copy.text,
        tableId: copy.tableId,
        stageId: copy.stage?.id ?? null,
        autoIngest,
        notificationChannel: channel,
        integrationId: integrationId(ctx, values.INTEGRATION),
        errorIntegrationId: integrationId(ctx, values.ERROR_INTEGRATION),
        awsSnsTopic: values.AWS_SNS_TOPIC ?? null,
        paused: false,
        context: { databaseId: ctx.session.databaseId, schemaId: ctx.session.schemaId },
      };
      return { props, comment: values.COMMENT ?? null };
    },
    after: (change, pipe) => setTags(ctx, change, pipe, (tags as TagValue[] | undefined) ?? []),
  });
  if (made) ctx.services.runtime.ingest.pipeChanged(made.id);
  return outcome;
}

const SETTABLE = { PIPE_EXECUTION_PAUSED: flag, ERROR_INTEGRATION: identifierOrText, COMMENT: text };

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const pipe = findExisting(ctx, "PIPE", parts, ifExists);
  if (!pipe) return statusOutcome(EXECUTED);
  if (cursor.accept("REFRESH")) return refresh(ctx, cursor, pipe);
  const done = await alterCommon(ctx, cursor, pipe);
  if (done) return done;
  let props: Partial<PipeProps> = {};
  let comment: string | null | undefined;
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, SETTABLE);
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    if (values.PIPE_EXECUTION_PAUSED !== undefined) props.paused = values.PIPE_EXECUTION_PAUSED;
    if (values.ERROR_INTEGRATION !== undefined)
      props.errorIntegrationId = integrationId(ctx, values.ERROR_INTEGRATION);
    comment = values.COMMENT;
  } else if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(SETTABLE));
    props = {
      ...(keys.includes("PIPE_EXECUTION_PAUSED") ? { paused: false } : {}),
      ...(keys.includes("ERROR_INTEGRATION") ? { errorIntegrationId: null } : {}),
    };
    if (keys.includes("COMMENT")) comment = null;
  } else throw cursor.syntaxError();
  cursor.expectEnd();
  requirePrivilege(ctx, props.paused !== undefined && comment === undefined ? "OPERATE" : "OWNERSHIP", pipe);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, pipe, props);
    if (comment !== undefined) change.update(changed, { comment });
  });
  ctx.services.runtime.ingest.pipeChanged(pipe.id);
  return statusOutcome(EXECUTED);
}

async function refresh(ctx: StatementContext, cursor: Cursor, pipe: CatalogObject<"PIPE">): Promise<Outcome> {
  const values = readProperties(cursor, { PREFIX: text, MODIFIED_AFTER: text });
  cursor.expectEnd();
  requirePrivilege(ctx, "OPERATE", pipe);
  let after: number | null = null;
  if (values.MODIFIED_AFTER !== undefined) {
    after = Date.parse(values.MODIFIED_AFTER);
    if (Number.isNaN(after)) throw errors.invalidValue(values.MODIFIED_AFTER, "MODIFIED_AFTER");
  }
  const files = await ctx.services.runtime.ingest.refreshPipe(pipe.id, values.PREFIX ?? "", after);
  return showOutcome(
    [
      ["File", "text"],
      ["Status", "text"],
    ],
    files.map(([file, status]) => ({ File: file, Status: status })),
    undefined,
    "File",
  );
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["definition", "text"],
  ["owner", "text"],
  ["notification_channel", "text"],
  ["comment", "text"],
  ["integration", "text"],
  ["pattern", "text"],
  ["error_integration", "text"],
  ["owner_role_type", "text"],
  ["invalid_reason", "text"],
  ["kind", "text"],
];

function row(ctx: StatementContext, pipe: CatalogObject<"PIPE">): ShowRow {
  const { props } = pipe;
  const { catalog } = ctx.services;
  const table = catalog.get(props.tableId);
  const stage = props.stageId === null ? null : catalog.get(props.stageId);
  const reason =
    !table || table.droppedOn !== null
      ? "Table does not exist or not authorized."
      : stage === undefined || (stage && stage.droppedOn !== null)
        ? "Stage does not exist or not authorized."
        : null;
  return {
    definition: props.copy,
    notification_channel: props.notificationChannel,
    integration: catalog.get(props.integrationId ?? -1)?.name ?? null,
    pattern: patternOf(props.copy),
    error_integration: catalog.get(props.errorIntegrationId ?? -1)?.name ?? null,
    invalid_reason: reason,
    kind: "STAGE",
  };
}

function patternOf(copyText: string): string | null {
  const statement = parseStatement(copyText);
  return statement.type === "copyIntoTable" ? statement.pattern : null;
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const pipe = resolveObject(ctx, "PIPE", cursor.name());
  cursor.expectEnd();
  return showOutcome(
    COLUMNS,
    [{ ...commonRow(ctx, pipe), ...row(ctx, pipe) }],
    undefined,
    "name",
    "DESCRIBE",
  );
}

/** Name for messages of ingest/. */
export const pipeName = (ctx: StatementContext, pipe: CatalogObject<"PIPE">): string => fullName(ctx, pipe);

const test = "tests/local/account/commands/pipes.test.ts";
export const pipeCommands: CommandDef[] = [
  command("CREATE", "PIPE", create, { source: "CREATE PIPE", test }),
  command("ALTER", "PIPE", alter, { source: "ALTER PIPE", test }),
  dropCommand("PIPE", { source: "DROP PIPE", test }),
  command("DESCRIBE", "PIPE", describe, { source: "DESCRIBE PIPE", test }),
  showCommand("PIPE", COLUMNS, row, { source: "SHOW PIPES", test }),
];
