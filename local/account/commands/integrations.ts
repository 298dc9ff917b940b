import { createHash } from "node:crypto";
import { requirePrivilege, resolveObject } from "../access/index.ts";
import type { IntegrationProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { type Outcome, statusOutcome } from "../session/outcome.ts";
import { alterCommon } from "./alter.ts";
import type { Cursor } from "./cursor.ts";
import { dropCommand, PROPERTY_COLUMNS, showCommand } from "./family.ts";
import { type Family, missing, strings } from "./integration-family.ts";
import {
  changeCatalog,
  createObject,
  EXECUTED,
  findExisting,
  readCreateName,
  readExistingName,
  updateProps,
} from "./objects.ts";
import { flag, listOf, oneOf, readKeys, readProperties, text, textOrWord } from "./properties.ts";
import { type CommandDef, command, type Head, notYet } from "./registry.ts";
import { SECURITY } from "./security-integrations.ts";
import { type ShowColumns, showOutcome } from "./show.ts";
import { readTagValues, setTags, type TagValue } from "./tag-values.ts";

type Category = IntegrationProps["category"];

/** The AWS user of the account, to be trusted by the customer's role; one for all integrations. */
const iamUserArn = (ctx: StatementContext): string =>
  `arn:aws:iam::123456789012:user/firn/${ctx.services.identity.locator.toLowerCase()}`;

/** Unique to one integration and stable: `<LOCATOR>_SFCRole=2_<hash>=`. */
function externalId(ctx: StatementContext, name: string): string {
  const seed = `${ctx.services.identity.locator}/${name}/${ctx.startedOn}`;
  const hash = createHash("sha256").update(seed).digest("base64").replaceAll("/", "x").slice(0, 27);
  return `${ctx.services.identity.locator}_SFCRole=2_${hash}=`;
}

const STORAGE: Family = {
  words: "STORAGE INTEGRATION",
  plural: "STORAGE INTEGRATIONS",
  category: "STORAGE",
  properties: {
    TYPE: oneOf("EXTERNAL_STAGE"),
    STORAGE_PROVIDER: oneOf("S3", "S3GOV", "S3CHINA", "GCS", "AZURE"),
    STORAGE_AWS_ROLE_ARN: text,
    STORAGE_AWS_EXTERNAL_ID: text,
    STORAGE_AWS_OBJECT_ACL: text,
    AZURE_TENANT_ID: text,
    STORAGE_ALLOWED_LOCATIONS: strings,
    STORAGE_BLOCKED_LOCATIONS: strings,
    USE_PRIVATELINK_ENDPOINT: flag,
    ENABLED: flag,
    COMMENT: text,
  },
  required: ["TYPE", "STORAGE_PROVIDER", "ENABLED", "STORAGE_ALLOWED_LOCATIONS"],
  typeOf: () => "EXTERNAL_STAGE",
  describe: (properties) => [
    ["ENABLED", "Boolean", "false"],
    ["STORAGE_PROVIDER", "String", ""],
    ["STORAGE_ALLOWED_LOCATIONS", "List", "[]"],
    ["STORAGE_BLOCKED_LOCATIONS", "List", "[]"],
    ...(String(properties["STORAGE_PROVIDER"]).startsWith("S3")
      ? ([
          ["STORAGE_AWS_IAM_USER_ARN", "String", ""],
          ["STORAGE_AWS_ROLE_ARN", "String", ""],
          ["STORAGE_AWS_EXTERNAL_ID", "String", ""],
          ...(properties["STORAGE_AWS_OBJECT_ACL"]
            ? [["STORAGE_AWS_OBJECT_ACL", "String", ""] as const]
            : []),
        ] as const)
      : []),
    ...["STORAGE_GCP_SERVICE_ACCOUNT", "AZURE_TENANT_ID", "AZURE_CONSENT_URL", "AZURE_MULTI_TENANT_APP_NAME"]
      .filter((key) => properties[key] !== undefined)
      .map((key) => [key, "String", ""] as const),
    ["USE_PRIVATELINK_ENDPOINT", "Boolean", "false"],
    ["COMMENT", "String", ""],
  ],
  made: (ctx, name, properties) =>
    String(properties["STORAGE_PROVIDER"]).startsWith("S3")
      ? {
          STORAGE_AWS_IAM_USER_ARN: iamUserArn(ctx),
          STORAGE_AWS_EXTERNAL_ID: properties["STORAGE_AWS_EXTERNAL_ID"] ?? externalId(ctx, name),
        }
      : properties["STORAGE_PROVIDER"] === "GCS"
        ? {
            STORAGE_GCP_SERVICE_ACCOUNT: `${ctx.services.identity.locator.toLowerCase()}@firn.iam.gserviceaccount.com`,
          }
        : {
            AZURE_CONSENT_URL: `https://login.microsoftonline.com/${String(properties["AZURE_TENANT_ID"])}/oauth2/authorize`,
            AZURE_MULTI_TENANT_APP_NAME: `${ctx.services.identity.locator.toLowerCase()}_app`,
          },
  check: (properties) => {
    const provider = String(properties["STORAGE_PROVIDER"]);
    if (provider.startsWith("S3") && !properties["STORAGE_AWS_ROLE_ARN"])
      throw missing("STORAGE_AWS_ROLE_ARN");
    if (provider === "AZURE" && !properties["AZURE_TENANT_ID"]) throw missing("AZURE_TENANT_ID");
  },
};

const NOTIFICATION: Family = {
  words: "NOTIFICATION INTEGRATION",
  plural: "NOTIFICATION INTEGRATIONS",
  category: "NOTIFICATION",
  properties: {
    ENABLED: flag,
    TYPE: oneOf("EMAIL", "QUEUE", "WEBHOOK"),
    DIRECTION: oneOf("OUTBOUND", "INBOUND"),
    NOTIFICATION_PROVIDER: oneOf("AWS_SNS", "GCP_PUBSUB", "AZURE_EVENT_GRID", "AZURE_STORAGE_QUEUE"),
    ALLOWED_RECIPIENTS: strings,
    DEFAULT_RECIPIENTS: strings,
    DEFAULT_SUBJECT: text,
    AWS_SNS_TOPIC_ARN: text,
    AWS_SNS_ROLE_ARN: text,
    GCP_PUBSUB_SUBSCRIPTION_NAME: text,
    GCP_PUBSUB_TOPIC_NAME: text,
    AZURE_STORAGE_QUEUE_PRIMARY_URI: text,
    AZURE_EVENT_GRID_TOPIC_ENDPOINT: text,
    AZURE_TENANT_ID: text,
    WEBHOOK_URL: text,
    WEBHOOK_SECRET: (cursor) => cursor.name().join("."),
    WEBHOOK_BODY_TEMPLATE: text,
    WEBHOOK_HEADERS: (cursor) =>
      cursor.parenthesized(() => {
        const key = cursor.string();
        cursor.expectSymbol("=");
        return `${key}=${cursor.string()}`;
      }),
    COMMENT: text,
  },
  required: ["TYPE", "ENABLED"],
  typeOf: (p) =>
    p["TYPE"] === "QUEUE" ? `QUEUE - ${String(p["NOTIFICATION_PROVIDER"])}` : String(p["TYPE"]),
  describe: (p) => {
    if (p["TYPE"] === "EMAIL")
      return [
        ["ENABLED", "Boolean", "false"],
        ["ALLOWED_RECIPIENTS", "List", "[]"],
        ["DEFAULT_RECIPIENTS", "List", "[]"],
        ["DEFAULT_SUBJECT", "String", ""],
        ["COMMENT", "String", ""],
      ];
    if (p["TYPE"] === "WEBHOOK")
      return [
        ["ENABLED", "Boolean", "false"],
        ["WEBHOOK_URL", "String", ""],
        ["WEBHOOK_SECRET", "String", ""],
        ["WEBHOOK_BODY_TEMPLATE", "String", ""],
        ["WEBHOOK_HEADERS", "Map", "{}"],
        ["COMMENT", "String", ""],
      ];
    const given = [
      "AWS_SNS_TOPIC_ARN",
      "AWS_SNS_ROLE_ARN",
      "SF_AWS_IAM_USER_ARN",
      "SF_AWS_EXTERNAL_ID",
      "GCP_PUBSUB_SUBSCRIPTION_NAME",
      "GCP_PUBSUB_TOPIC_NAME",
      "AZURE_STORAGE_QUEUE_PRIMARY_URI",
      "AZURE_EVENT_GRID_TOPIC_ENDPOINT",
      "AZURE_TENANT_ID",
    ].filter((key) => p[key] !== undefined);
    return [
      ["ENABLED", "Boolean", "false"],
      ["DIRECTION", "String", "INBOUND"],
      ["NOTIFICATION_PROVIDER", "String", ""],
      ...given.map((key) => [key, "String", ""] as const),
      ["COMMENT", "String", ""],
    ];
  },
  made: (ctx, name, p) =>
    p["NOTIFICATION_PROVIDER"] === "AWS_SNS"
      ? { SF_AWS_IAM_USER_ARN: iamUserArn(ctx), SF_AWS_EXTERNAL_ID: externalId(ctx, name) }
      : {},
  check: (p) => {
    if (p["TYPE"] === "WEBHOOK" && !p["WEBHOOK_URL"]) throw missing("WEBHOOK_URL");
    if (p["TYPE"] === "QUEUE") {
      if (!p["NOTIFICATION_PROVIDER"]) throw missing("NOTIFICATION_PROVIDER");
      if (p["NOTIFICATION_PROVIDER"] === "AWS_SNS")
        for (const key of ["AWS_SNS_TOPIC_ARN", "AWS_SNS_ROLE_ARN"]) if (!p[key]) throw missing(key);
    }
  },
};

const API: Family = {
  words: "API INTEGRATION",
  plural: "API INTEGRATIONS",
  category: "API",
  properties: {
    API_PROVIDER: textOrWord,
    API_AWS_ROLE_ARN: text,
    API_KEY: text,
    AZURE_TENANT_ID: text,
    AZURE_AD_APPLICATION_ID: text,
    GOOGLE_AUDIENCE: text,
    API_ALLOWED_PREFIXES: strings,
    API_BLOCKED_PREFIXES: strings,
    ALLOWED_AUTHENTICATION_SECRETS: listOf((cursor) => cursor.name().join("."), { bare: true }),
    ENABLED: flag,
    COMMENT: text,
  },
  required: ["API_PROVIDER", "API_ALLOWED_PREFIXES", "ENABLED"],
  typeOf: () => "EXTERNAL_API",
  describe: (p) => [
    ["ENABLED", "Boolean", "false"],
    ["API_PROVIDER", "String", ""],
    ["API_ALLOWED_PREFIXES", "List", "[]"],
    ["API_BLOCKED_PREFIXES", "List", "[]"],
    ...[
      "API_AWS_IAM_USER_ARN",
      "API_AWS_ROLE_ARN",
      "API_AWS_EXTERNAL_ID",
      "AZURE_TENANT_ID",
      "GOOGLE_AUDIENCE",
    ]
      .filter((key) => p[key] !== undefined)
      .map((key) => [key, "String", ""] as const),
    ...(p["ALLOWED_AUTHENTICATION_SECRETS"]
      ? [["ALLOWED_AUTHENTICATION_SECRETS", "List", "[]"] as const]
      : []),
    ["COMMENT", "String", ""],
  ],
  made: (ctx, name, p) =>
    p["API_AWS_ROLE_ARN"]
      ? { API_AWS_IAM_USER_ARN: iamUserArn(ctx), API_AWS_EXTERNAL_ID: externalId(ctx, name) }
      : {},
};

const EXTERNAL_ACCESS: Family = {
  words: "EXTERNAL ACCESS INTEGRATION",
  plural: "EXTERNAL ACCESS INTEGRATIONS",
  category: "EXTERNAL_ACCESS",
  properties: {
    ALLOWED_NETWORK_RULES: listOf((cursor) => cursor.name().join(".")),
    ALLOWED_AUTHENTICATION_SECRETS: listOf((cursor) => cursor.name().join("."), { bare: true }),
    ALLOWED_API_AUTHENTICATION_INTEGRATIONS: listOf((cursor) => cursor.name().join("."), { bare: true }),
    ENABLED: flag,
    COMMENT: text,
  },
  required: ["ALLOWED_NETWORK_RULES", "ENABLED"],
  typeOf: () => "EXTERNAL_ACCESS",
  describe: () => [
    ["ENABLED", "Boolean", "false"],
    ["ALLOWED_NETWORK_RULES", "List", "[]"],
    ["ALLOWED_API_AUTHENTICATION_INTEGRATIONS", "List", "[]"],
    ["ALLOWED_AUTHENTICATION_SECRETS", "List", "[]"],
    ["COMMENT", "String", ""],
  ],
  made: () => ({}),
};

const FAMILIES: readonly Family[] = [STORAGE, NOTIFICATION, API, EXTERNAL_ACCESS, SECURITY];

const familyOf = (props: IntegrationProps): Family =>
  FAMILIES.find((family) => family.category === props.category) ?? STORAGE;

const withoutSecrets = (family: Family, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !family.secret?.includes(key)));

async function create(ctx: StatementContext, cursor: Cursor, head: Head, family: Family): Promise<Outcome> {
  const name = readCreateName(cursor, head);
  const values = readProperties(cursor, { ...family.properties, TAG: readTagValues }) as Record<
    string,
    unknown
  >;
  cursor.expectEnd();
  const { TAG: tags, COMMENT: comment, ENABLED: enabled, ...given } = values;
  const properties = withoutSecrets(family, given);
  const absent = family.required.filter((key) => values[key] === undefined);
  if (absent.length > 0) throw missing(absent.join(","));
  family.check?.(values);
  const { outcome } = await createObject(ctx, {
    kind: "INTEGRATION",
    head,
    name,
    build: () => ({
      props: {
        integrationType: family.typeOf(properties),
        category: family.category,
        enabled: enabled === true,
        properties: { ...properties, ...family.made(ctx, name.parts[0] ?? "", properties) },
      },
      comment: (comment as string | undefined) ?? null,
    }),
    after: (change, made) => setTags(ctx, change, made, (tags as TagValue[] | undefined) ?? []),
    message: (printed) => `Integration ${printed} successfully created.`,
  });
  return outcome;
}

async function alter(ctx: StatementContext, cursor: Cursor, wanted: Family | null): Promise<Outcome> {
  const { ifExists, parts } = readExistingName(cursor);
  const integration = findExisting(ctx, "INTEGRATION", parts, ifExists);
  if (!integration) return statusOutcome(EXECUTED);
  const family = familyOf(integration.props);
  if (wanted && wanted !== family) throw errors.doesNotExist("Integration", integration.name);
  const done = await alterCommon(ctx, cursor, integration);
  if (done) return done;
  requirePrivilege(ctx, "OWNERSHIP", integration);
  if (cursor.accept("SET")) {
    const values = readProperties(cursor, family.properties) as Record<string, unknown>;
    cursor.expectEnd();
    if (Object.keys(values).length === 0) throw cursor.syntaxError();
    const { COMMENT: comment, ENABLED: enabled, ...given } = values;
    const merged = { ...integration.props.properties, ...withoutSecrets(family, given) };
    family.check?.(merged);
    await changeCatalog(ctx, (change) => {
      const changed = updateProps(change, integration, {
        enabled: enabled === undefined ? integration.props.enabled : enabled === true,
        properties: merged,
      });
      if (comment !== undefined) change.update(changed, { comment: comment as string });
    });
    return statusOutcome(EXECUTED);
  }
  if (cursor.accept("UNSET")) {
    const keys = readKeys(cursor, Object.keys(family.properties));
    cursor.expectEnd();
    await changeCatalog(ctx, (change) => {
      const properties = Object.fromEntries(
        Object.entries(integration.props.properties).filter(([key]) => !keys.includes(key)),
      );
      const changed = updateProps(change, integration, {
        enabled: keys.includes("ENABLED") ? false : integration.props.enabled,
        properties,
      });
      if (keys.includes("COMMENT")) change.update(changed, { comment: null });
    });
    return statusOutcome(EXECUTED);
  }
  throw cursor.syntaxError();
}

const printValue = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value ?? ""));

async function describe(ctx: StatementContext, cursor: Cursor): Promise<Outcome> {
  const integration = resolveObject(ctx, "INTEGRATION", cursor.name());
  cursor.expectEnd();
  const { props } = integration;
  const rows = familyOf(props)
    .describe(props.properties)
    .map(([key, type, byDefault]) => ({
      property: key,
      property_type: type,
      property_value:
        key === "ENABLED"
          ? String(props.enabled)
          : key === "COMMENT"
            ? (integration.comment ?? "")
            : type === "Boolean"
              ? String(props.properties[key] ?? false)
              : printValue(props.properties[key]),
      property_default: byDefault,
    }));
  return showOutcome(PROPERTY_COLUMNS, rows, undefined, "property", "DESCRIBE");
}

const COLUMNS: ShowColumns = [
  ["name", "text"],
  ["type", "text"],
  ["category", "text"],
  ["enabled", "text"],
  ["comment", "text"],
  ["created_on", "time"],
];

const test = "tests/local/account/commands/stages.test.ts";
const show = (plural: string, category: Category | null) =>
  showCommand(
    "INTEGRATION",
    COLUMNS,
    (_ctx, integration) => ({
      type: integration.props.integrationType,
      category: integration.props.category,
      enabled: String(integration.props.enabled),
    }),
    {
      plural,
      filter: (integration) => category === null || integration.props.category === category,
      source: "SHOW INTEGRATIONS",
      test,
    },
  );

const NOTES: Partial<Record<Category, { status: "approximate"; note: string }>> = {
  STORAGE: {
    status: "approximate",
    note: "Of GCS and Azure: kept and shown, their files cannot be reached.",
  },
  SECURITY: {
    status: "approximate",
    note: "Kept and shown: nobody logs in through one, DESCRIBE shows what was set, and a client secret is not kept.",
  },
};

export const integrationCommands: CommandDef[] = [
  ...FAMILIES.flatMap((family) => [
    command("CREATE", family.words, (ctx, cursor, head) => create(ctx, cursor, head, family), {
      source: `CREATE ${family.words}`,
      test,
      ...NOTES[family.category],
    }),
    command("ALTER", family.words, (ctx, cursor) => alter(ctx, cursor, family), {
      source: `ALTER ${family.words}`,
      test,
    }),
    dropCommand("INTEGRATION", { words: family.words, source: "DROP INTEGRATION", test }),
    command("DESCRIBE", family.words, describe, { source: "DESCRIBE INTEGRATION", test }),
    show(family.plural, family.category),
  ]),
  command("ALTER", "INTEGRATION", (ctx, cursor) => alter(ctx, cursor, null), {
    source: "ALTER INTEGRATION",
    test,
  }),
  dropCommand("INTEGRATION", { source: "DROP INTEGRATION", test }),
  command("DESCRIBE", "INTEGRATION", describe, { source: "DESCRIBE INTEGRATION", test }),
  show("INTEGRATIONS", null),
  notYet("CREATE", "CATALOG INTEGRATION", "CREATE CATALOG INTEGRATION"),
];
