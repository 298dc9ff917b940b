import { requirePrivilege, resolveObject } from "../access/index.ts";
import type { SecretProps } from "../catalog/loose-props.ts";
import type { CatalogObject } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
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
import { identifierOrText, listOf, nullable, oneOf, readProperties, text } from "./properties.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { type ShowColumns, type ShowRow, showOutcome, timeValue } from "./show.ts";

const SETTABLE = {
  USERNAME: text,
  PASSWORD: text,
  SECRET_STRING: text,
  OAUTH_SCOPES: listOf(text),
  OAUTH_REFRESH_TOKEN: text,
  OAUTH_REFRESH_TOKEN_EXPIRY_TIME: text,
  COMMENT: nullable(text),
};
const TABLE = {
  TYPE: oneOf("PASSWORD", "GENERIC_STRING", "OAUTH2", "SYMMETRIC_KEY"),
  API_AUTHENTICATION: identifierOrText,
  ALGORITHM: oneOf("GENERIC"),
  ...SETTABLE,
};

/** What each type needs. Source: "CREATE SECRET". */
const REQUIRED: Record<SecretProps["type"], readonly (keyof typeof TABLE)[]> = {
  PASSWORD: ["USERNAME", "PASSWORD"],
  GENERIC_STRING: ["SECRET_STRING"],
  OAUTH2: ["API_AUTHENTICATION"],
  SYMMETRIC_KEY: ["ALGORITHM"],
};

async function create(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, TABLE);
  cursor.expectEnd();
  const type = values.TYPE;
  if (!type) throw errors.compilation("002029", "42601", "Missing option(s): [TYPE]");
  const absent = REQUIRED[type].filter((key) => values[key] === undefined);
  if (absent.length > 0)
    throw errors.compilation("002029", "42601", `Missing option(s): [${absent.join(",")}]`);
  if (values.API_AUTHENTICATION !== undefined) resolveObject(ctx, "INTEGRATION", [values.API_AUTHENTICATION]);
  const { outcome } = await createObject(ctx, {
    kind: "SECRET",
    head,
    name,
    build: () => ({
      props: {
        type,
        username: values.USERNAME ?? null,
        oauthScopes: values.OAUTH_SCOPES ?? null,
        integration: values.API_AUTHENTICATION ?? null,
        refreshTokenExpiry: values.OAUTH_REFRESH_TOKEN_EXPIRY_TIME ?? null,
      },
      comment: values.COMMENT ?? null,
    }),
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const secret = findExisting(ctx, "SECRET", parts, ifExists);
  if (!secret) return statusOutcome(EXECUTED);
  if (cursor.sees("SET", "COMMENT") && cursor.peek(3)?.value === "NULL") cursor.at += 0;
  else {
    const done = await alterCommon(ctx, cursor, secret);
    if (done) return done;
  }
  cursor.expect("SET");
  const values = readProperties(cursor, SETTABLE);
  cursor.expectEnd();
  if (Object.keys(values).length === 0) throw cursor.syntaxError();
  requirePrivilege(ctx, "OWNERSHIP", secret);
  await changeCatalog(ctx, (change) => {
    const changed = updateProps(change, secret, {
      username: values.USERNAME ?? secret.props.username,
      oauthScopes: values.OAUTH_SCOPES ?? secret.props.oauthScopes,
      refreshTokenExpiry: values.OAUTH_REFRESH_TOKEN_EXPIRY_TIME ?? secret.props.refreshTokenExpiry,
    });
    if (values.COMMENT !== undefined) change.update(changed, { comment: values.COMMENT });
  });
  return statusOutcome(EXECUTED);
}

const COLUMNS: ShowColumns = [
  ["created_on", "time"],
  ["name", "text"],
  ["schema_name", "text"],
  ["database_name", "text"],
  ["owner", "text"],
  ["comment", "text"],
  ["secret_type", "text"],
  ["oauth_scopes", "text"],
  ["owner_role_type", "text"],
];

const row = (_ctx: StatementContext, { props }: CatalogObject<"SECRET">): ShowRow => ({
  secret_type: props.type,
  oauth_scopes: props.oauthScopes === null ? null : `[${props.oauthScopes.join(", ")}]`,
});

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const secret = resolveObject(ctx, "SECRET", cursor.name());
  cursor.expectEnd();
  const { props } = secret;
  const expiry = props.refreshTokenExpiry === null ? Number.NaN : Date.parse(props.refreshTokenExpiry);
  const columns: ShowColumns = [
    ...COLUMNS.slice(0, 7),
    ["username", "text"],
    ["oauth_access_token_expiry_time", "time"],
    ["oauth_refresh_token_expiry_time", "time"],
    ["oauth_scopes", "text"],
    ["integration_name", "text"],
  ];
  const shown = {
    ...commonRow(ctx, secret),
    ...row(ctx, secret),
    comment: secret.comment,
    username: props.username,
    oauth_access_token_expiry_time: null,
    oauth_refresh_token_expiry_time: Number.isNaN(expiry) ? null : timeValue(expiry),
    integration_name: props.integration,
  };
  return showOutcome(columns, [shown], undefined, "name", "DESCRIBE");
}

const test = "tests/local/account/commands/governance.test.ts";
export const secretCommands: CommandDef[] = [
  command("CREATE", "SECRET", create, {
    source: "CREATE SECRET",
    test,
    note: "The secret itself is not kept.",
  }),
  command("ALTER", "SECRET", alter, { source: "ALTER SECRET", test }),
  dropCommand("SECRET", { source: "DROP SECRET", test }),
  command("DESCRIBE", "SECRET", describe, { source: "DESCRIBE SECRET", test }),
  showCommand("SECRET", COLUMNS, row, { source: "SHOW SECRETS", test }),
];
