import { fullName, parseName, requirePrivilege, resolveObject } from "../access/index.ts";
import type { CatalogObject, StageProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import { stageLocation } from "../files/files.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand, showCommand } from "./family.ts";
import {
  FORMAT_OPTIONS,
  type FormatType,
  printOption,
  readFileFormat,
  withDefaults,
} from "./file-format-options.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import {
  flag,
  group,
  integer,
  objectName,
  oneOf,
  readProperties,
  text,
  textOrWord,
  type ValueReader,
} from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, yesNo } from "./show.ts";
import { checkLocation } from "./storage-location.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

/** ON_ERROR of COPY: CONTINUE, SKIP_FILE, SKIP_FILE_10, 'SKIP_FILE_10%', ABORT_STATEMENT. */
export const onError: ValueReader<string> = (cursor, key) => {
  const given = textOrWord(cursor, key).toUpperCase();
  const rest = given.startsWith("SKIP_FILE_") ? given.slice(10).replace("%", "") : "";
  if (
    ["CONTINUE", "SKIP_FILE", "ABORT_STATEMENT"].includes(given) ||
    (rest !== "" && Number.isInteger(Number(rest)))
  )
    return given;
  throw errors.invalidValue(given, key);
};

const COPY_OPTIONS = {
  ON_ERROR: { read: onError, byDefault: "ABORT_STATEMENT", type: "String" },
  SIZE_LIMIT: { read: integer({ min: 1 }), byDefault: "", type: "Long" },
  PURGE: { read: flag, byDefault: false, type: "Boolean" },
  RETURN_FAILED_ONLY: { read: flag, byDefault: false, type: "Boolean" },
  MATCH_BY_COLUMN_NAME: {
    read: oneOf("CASE_SENSITIVE", "CASE_INSENSITIVE", "NONE"),
    byDefault: "NONE",
    type: "String",
  },
  ENFORCE_LENGTH: { read: flag, byDefault: true, type: "Boolean" },
  TRUNCATECOLUMNS: { read: flag, byDefault: false, type: "Boolean" },
  FORCE: { read: flag, byDefault: false, type: "Boolean" },
} as const;

const copyOptions = group(
  Object.fromEntries(
    Object.entries(COPY_OPTIONS).map(([key, option]) => [key, option.read as ValueReader<unknown>]),
  ),
);

/** FILE_FORMAT = ( FORMAT_NAME = name | TYPE = … options ). */
export const fileFormatOption: ValueReader<Record<string, unknown>> = (cursor) => {
  if (!cursor.seesSymbol("("))
    return { FORMAT_NAME: cursor.seesString ? cursor.string() : readNameText(cursor) };
  cursor.expectSymbol("(");
  if (cursor.accept("FORMAT_NAME")) {
    cursor.expectSymbol("=");
    const name = cursor.seesString ? cursor.string() : readNameText(cursor);
    cursor.expectSymbol(")");
    return { FORMAT_NAME: name };
  }
  if (cursor.acceptSymbol(")")) return {};
  const { type, options } = readFileFormat(cursor);
  cursor.expectSymbol(")");
  return { TYPE: type, ...options };
};

function readNameText(cursor: Cursor): string {
  const start = cursor.at;
  cursor.name();
  return cursor.textSince(start);
}

const credentials = group({
  AWS_KEY_ID: text,
  AWS_SECRET_KEY: text,
  AWS_TOKEN: text,
  AWS_ROLE: text,
  AZURE_SAS_TOKEN: text,
});
const directory = group({
  ENABLE: flag,
  REFRESH_ON_CREATE: flag,
  AUTO_REFRESH: flag,
  NOTIFICATION_INTEGRATION: textOrWord,
});
const encryption = group({ TYPE: textOrWord, MASTER_KEY: text, KMS_KEY_ID: text });

const PROPERTIES = {
  URL: text,
  STORAGE_INTEGRATION: objectName,
  CREDENTIALS: credentials,
  ENDPOINT: text,
  ENCRYPTION: encryption,
  DIRECTORY: directory,
  FILE_FORMAT: fileFormatOption,
  COPY_OPTIONS: copyOptions,
  COMMENT: text,
};
type Values = ReturnType<typeof readProperties<typeof PROPERTIES>>;

const EMPTY: StageProps = {
  url: null,
  storageIntegrationId: null,
  region: null,
  directory: null,
  fileFormat: {},
  copyOptions: {},
  encryption: null,
  temporary: false,
};

function applyProperties(ctx: StatementContext, base: StageProps, values: Values): StageProps {
  const props = { ...base };
  if (values.URL !== undefined) {
    if (!values.URL.includes("://")) throw errors.invalidValue(values.URL, "URL");
    props.url = values.URL;
    props.region = "us-east-1";
  }
  if (values.STORAGE_INTEGRATION !== undefined) {
    const integration = resolveObject(ctx, "INTEGRATION", values.STORAGE_INTEGRATION);
    requirePrivilege(ctx, "USAGE", integration);
    props.storageIntegrationId = integration.id;
  }
  if (props.storageIntegrationId !== null) {
    if (props.url === null)
      throw errors.compilation("002029", "42601", "A stage with a storage integration needs a URL.");
    if (values.STORAGE_INTEGRATION !== undefined || values.URL !== undefined) {
      const integration = ctx.services.catalog.getAs("INTEGRATION", props.storageIntegrationId);
      if (integration) checkLocation(integration, props.url);
    }
  }
  if (values.FILE_FORMAT !== undefined) {
    const given = values.FILE_FORMAT["FORMAT_NAME"];
    if (typeof given === "string") resolveFormatName(ctx, given);
    props.fileFormat = values.FILE_FORMAT;
  }
  if (values.COPY_OPTIONS !== undefined) props.copyOptions = values.COPY_OPTIONS;
  if (values.ENCRYPTION !== undefined) props.encryption = values.ENCRYPTION.TYPE ?? "NONE";
  if (values.DIRECTORY !== undefined)
    props.directory = {
      enable: values.DIRECTORY.ENABLE ?? props.directory?.enable ?? false,
      autoRefresh: values.DIRECTORY.AUTO_REFRESH ?? props.directory?.autoRefresh ?? false,
    };
  return props;
}

/** A format named in text or as identifiers; needs USAGE. */
export function resolveFormatName(ctx: StatementContext, name: string): CatalogObject<"FILE_FORMAT"> {
  const parts = parseNameText(name);
  const format = resolveObject(ctx, "FILE_FORMAT", parts);
  requirePrivilege(ctx, "USAGE", format);
  return format;
}

function parseNameText(name: string): string[] {
  const parts = parseName(name);
  if (!parts) throw errors.invalidValue(name, "FORMAT_NAME");
  return parts;
}

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  if (cursor.accept("CLONE")) {
    const original = resolveObject(ctx, "STAGE", cursor.name());
    cursor.expectEnd();
    requirePrivilege(ctx, "USAGE", original);
    if (original.props.url === null) throw errors.unsupported("CREATE STAGE … CLONE of an internal stage");
    const build = () => ({ props: original.props, comment: original.comment });
    const message = (printed: string) => `Stage area ${printed} successfully created.`;
    return (await createObject(ctx, { kind: "STAGE", head, name, build, message })).outcome;
  }
  const { TAG: tags, ...values } = readProperties(cursor, { ...PROPERTIES, TAG: readTagValues });
  cursor.expectEnd();
  if (values.ENDPOINT !== undefined) throw errors.unsupported("CREATE STAGE … ENDPOINT");
  const { outcome } = await createObject(ctx, {
    kind: "STAGE",
    head,
    name,
    orAlter: (existing, defined) => {
      if ((existing.url === null) !== (defined.url === null) || existing.temporary !== defined.temporary)
        throw errors.unsupported("CREATE OR ALTER STAGE that makes an internal stage external or temporary");
      const { directory } = defined;
      return { ...defined, directory: directory && { ...existing.directory, ...directory } };
    },
    build: () => ({
      props: { ...applyProperties(ctx, EMPTY, values), temporary: head.modifiers.has("TEMPORARY") },
      comment: values.COMMENT ?? null,
    }),
    after: (change, stage) => setTags(ctx, change, stage, (tags as TagValue[] | undefined) ?? []),
    message: (printed) => `Stage area ${printed} successfully created.`,
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const stage = findExisting(ctx, "STAGE", parts, ifExists);
  if (!stage) return statusOutcome(EXECUTED);
  if (cursor.accept("REFRESH")) {
    if (cursor.accept("SUBPATH")) {
      cursor.expectSymbol("=");
      cursor.string();
    }
    cursor.expectEnd();
    requirePrivilege(ctx, "OWNERSHIP", stage);
    if (!stage.props.directory?.enable)
      throw errors.compilation("002043", "02000", `Stage '${stage.name}' does not have a directory table.`);
    let seenUpTo = 0;
    for await (const file of ctx.services.files.list(stageLocation(stage), ""))
      seenUpTo = Math.max(seenUpTo, file.lastModified);
    const directory = { ...stage.props.directory, seenUpTo };
    await changeCatalog(ctx, (change) => updateProps(change, stage, { ...stage.props, directory }));
    return statusOutcome(EXECUTED);
  }
  const done = await alterCommon(ctx, cursor, stage);
  if (done) return done;
  cursor.expect("SET");
  const values = readProperties(cursor, PROPERTIES);
  cursor.expectEnd();
  if (Object.keys(values).length === 0) throw cursor.syntaxError();
  requirePrivilege(ctx, "OWNERSHIP", stage);
  if ((values.URL ?? values.STORAGE_INTEGRATION) !== undefined && stage.props.url === null)
    throw errors.compilation("002043", "02000", `Stage '${stage.name}' is an internal stage.`);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, stage, applyProperties(ctx, stage.props, values));
    if (values.COMMENT !== undefined) change.update(changed, { comment: values.COMMENT });
  });
  return statusOutcome(EXECUTED);
}

const DESCRIBE: ShowColumns = [
  ["parent_property", "text"],
  ["property", "text"],
  ["property_type", "text"],
  ["property_value", "text"],
  ["property_default", "text"],
];

/** Rows of DESCRIBE for FILE_FORMAT and COPY_OPTIONS, of stages and tables alike. */
export function stageOptionRows(
  ctx: StatementContext,
  stage: Pick<StageProps, "fileFormat" | "copyOptions">,
): ShowRow[] {
  const row = (
    parent: string,
    property: string,
    type: string,
    value: unknown,
    byDefault: unknown,
  ): ShowRow => ({
    parent_property: parent,
    property,
    property_type: type,
    property_value: printOption(value),
    property_default: printOption(byDefault),
  });
  const rows: ShowRow[] = [];
  const name = stage.fileFormat["FORMAT_NAME"];
  if (typeof name === "string") {
    const parts = parseName(name);
    const format =
      parts && ctx.services.catalog.listAll("FILE_FORMAT").find((f) => f.name === parts[parts.length - 1]);
    rows.push(
      row(
        "STAGE_FILE_FORMAT",
        "FORMAT_NAME",
        "String",
        format && parts.length < 3 ? fullName(ctx, format) : name,
        "",
      ),
    );
  } else {
    const { TYPE: type = "CSV", ...options } = stage.fileFormat as Record<string, unknown> & {
      TYPE?: FormatType;
    };
    rows.push(row("STAGE_FILE_FORMAT", "TYPE", "String", type, "CSV"));
    const all = withDefaults({ type, options });
    for (const [key, option] of Object.entries(FORMAT_OPTIONS[type]))
      rows.push(row("STAGE_FILE_FORMAT", key, option.type, all[key], option.byDefault));
  }
  for (const [key, option] of Object.entries(COPY_OPTIONS))
    rows.push(
      row(
        "STAGE_COPY_OPTIONS",
        key,
        option.type,
        stage.copyOptions[key] ?? option.byDefault,
        option.byDefault,
      ),
    );
  return rows;
}

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const stage = resolveObject(ctx, "STAGE", cursor.name());
  cursor.expectEnd();
  const { props } = stage;
  const rows = stageOptionRows(ctx, props);
  const row = (parent: string, property: string, type: string, value: string, byDefault = ""): void => {
    rows.push({
      parent_property: parent,
      property,
      property_type: type,
      property_value: value,
      property_default: byDefault,
    });
  };
  if (props.url !== null) {
    row("STAGE_LOCATION", "URL", "String", JSON.stringify([props.url]));
    const integration = ctx.services.catalog.getAs("INTEGRATION", props.storageIntegrationId ?? -1);
    if (integration) {
      row("STAGE_INTEGRATION", "STORAGE_INTEGRATION", "String", integration.name);
      row(
        "STAGE_CREDENTIALS",
        "AWS_ROLE",
        "String",
        String(integration.props.properties["STORAGE_AWS_ROLE_ARN"] ?? ""),
      );
      row(
        "STAGE_CREDENTIALS",
        "AWS_EXTERNAL_ID",
        "String",
        String(integration.props.properties["STORAGE_AWS_EXTERNAL_ID"] ?? ""),
      );
      row(
        "STAGE_CREDENTIALS",
        "SNOWFLAKE_IAM_USER",
        "String",
        String(integration.props.properties["STORAGE_AWS_IAM_USER_ARN"] ?? ""),
      );
    }
  }
  row("DIRECTORY", "ENABLE", "Boolean", String(props.directory?.enable ?? false), "false");
  row("DIRECTORY", "AUTO_REFRESH", "Boolean", String(props.directory?.autoRefresh ?? false), "false");
  return showOutcome(DESCRIBE, rows, undefined, "property", "DESCRIBE");
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["database_name", "text"],
  ["schema_name", "text"],
  ["url", "text"],
  ["has_credentials", "text"],
  ["has_encryption_key", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["region", "text"],
  ["type", "text"],
  ["cloud", "text"],
  ["notification_channel", "text"],
  ["storage_integration", "text"],
  ["endpoint", "text"],
  ["owner_role_type", "text"],
  ["directory_enabled", "text"],
];

function showRow(ctx: StatementContext, stage: CatalogObject<"STAGE">): ShowRow {
  const { props } = stage;
  const external = props.url !== null;
  const integration = ctx.services.catalog.get(props.storageIntegrationId ?? -1);
  const internalType = props.encryption === "SNOWFLAKE_SSE" ? "INTERNAL NO CSE" : "INTERNAL";
  return {
    url: props.url ?? "",
    has_credentials: yesNo(false),
    has_encryption_key: yesNo(false),
    region: external ? props.region : null,
    type: `${external ? "EXTERNAL" : internalType}${props.temporary ? " TEMPORARY" : ""}`,
    cloud: external ? "AWS" : null,
    notification_channel: null,
    storage_integration: integration?.name ?? null,
    endpoint: null,
    directory_enabled: yesNo(props.directory?.enable ?? false),
  };
}

const test = "tests/local/account/commands/stages.test.ts";
export const stageCommands: CommandDef[] = [
  command("CREATE", "STAGE", create, {
    source: "CREATE STAGE",
    test,
    note: "Internal and S3; credentials are accepted and never kept.",
  }),
  command("ALTER", "STAGE", alter, { source: "ALTER STAGE", test }),
  dropCommand("STAGE", { source: "DROP STAGE", test }),
  command("DESCRIBE", "STAGE", describe, { source: "DESCRIBE STAGE", test }),
  showCommand("STAGE", COLUMNS, showRow, { source: "SHOW STAGES", test }),
];
