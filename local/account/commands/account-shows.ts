import { isAccountAdmin } from "../access/index.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readShowOptions, type ShowColumns, type ShowRow, showOutcome } from "./show.ts";

/** Listings of what a single local account has none of, or one: replication, shares, regions. */
const nothing =
  (columns: ShowColumns, clauses: readonly string[] = []) =>
  async (_ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> => {
    let options = readShowOptions(cursor, head.terse);
    for (const phrase of clauses) if (cursor.acceptPhrase(phrase)) cursor.name();
    if (!cursor.atEnd) options = { ...options, ...readShowOptions(cursor, head.terse) };
    cursor.expectEnd();
    return showOutcome(columns, [], options);
  };

const texts = (...names: string[]): ShowColumns =>
  names.map((name) => [name, name.endsWith("_on") ? "time" : "text"] as const);

async function regions(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const region = ctx.services.identity.region;
  const row: ShowRow = {
    region_group: "PUBLIC",
    snowflake_region: region,
    cloud: region.split("_")[0]!.toLowerCase(),
    region: region.split("_").slice(1).join("-").toLowerCase(),
    display_name: region,
  };
  return showOutcome(
    texts("region_group", "snowflake_region", "cloud", "region", "display_name"),
    [row],
    options,
    "snowflake_region",
  );
}

async function accounts(ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> {
  const options = readShowOptions(cursor, head.terse);
  cursor.expectEnd();
  const { identity, catalog } = ctx.services;
  const created = catalog.listAll("ACCOUNT_SETTINGS")[0]?.createdOn ?? 0;
  const row: ShowRow = {
    organization_name: identity.organization,
    account_name: identity.name,
    snowflake_region: identity.region,
    edition: "ENTERPRISE",
    account_url: null,
    created_on: BigInt(created) * 1_000_000n,
    comment: "",
    account_locator: identity.locator,
    is_org_admin: "true",
  };
  return showOutcome(
    texts(
      "organization_name",
      "account_name",
      "snowflake_region",
      "edition",
      "account_url",
      "created_on",
      "comment",
      "account_locator",
      "is_org_admin",
    ),
    isAccountAdmin(ctx) ? [row] : [],
    options,
    "account_name",
  );
}

const test = "tests/local/account/commands/session.test.ts";
const none = {
  status: "approximate" as const,
  note: "Always empty: one account, no sharing, no replication.",
  test,
};
/** Kinds of policies that cannot be created here; their listings have the same columns. */
const ABSENT_POLICIES = [
  "AGGREGATION POLICIES",
  "AUTHENTICATION POLICIES",
  "JOIN POLICIES",
  "PROJECTION POLICIES",
  "SESSION POLICIES",
  "PACKAGES POLICIES",
  "BACKUP POLICIES",
] as const;
const POLICY_COLUMNS = texts(
  "created_on",
  "name",
  "database_name",
  "schema_name",
  "kind",
  "owner",
  "comment",
  "owner_role_type",
  "options",
);

export const accountShowCommands: CommandDef[] = [
  command(
    "SHOW",
    "REPLICATION DATABASES",
    nothing(
      texts(
        "region_group",
        "snowflake_region",
        "created_on",
        "account_name",
        "name",
        "comment",
        "is_primary",
        "primary",
        "replication_allowed_to_accounts",
        "failover_allowed_to_accounts",
        "organization_name",
        "account_locator",
      ),
      ["WITH PRIMARY"],
    ),
    { source: "SHOW REPLICATION DATABASES", ...none },
  ),
  command(
    "SHOW",
    "SHARES",
    nothing(
      texts(
        "created_on",
        "kind",
        "owner_account",
        "name",
        "database_name",
        "to",
        "owner",
        "comment",
        "listing_global_name",
      ),
    ),
    { source: "SHOW SHARES", ...none },
  ),
  command(
    "SHOW",
    "FAILOVER GROUPS",
    nothing(
      texts(
        "region_group",
        "snowflake_region",
        "created_on",
        "account_name",
        "name",
        "type",
        "comment",
        "is_primary",
        "primary",
      ),
    ),
    { source: "SHOW FAILOVER GROUPS", ...none },
  ),
  command(
    "SHOW",
    "REPLICATION GROUPS",
    nothing(
      texts(
        "region_group",
        "snowflake_region",
        "created_on",
        "account_name",
        "name",
        "type",
        "comment",
        "is_primary",
        "primary",
      ),
    ),
    { source: "SHOW REPLICATION GROUPS", ...none },
  ),
  command(
    "SHOW",
    "MANAGED ACCOUNTS",
    nothing(texts("name", "cloud", "region", "locator", "created_on", "url", "is_reader", "comment")),
    { source: "SHOW MANAGED ACCOUNTS", ...none },
  ),
  command(
    "SHOW",
    "EXTERNAL TABLES",
    nothing(
      texts(
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "invalid",
        "invalid_reason",
        "owner",
        "comment",
        "stage",
        "location",
        "file_format_name",
        "file_format_type",
        "cloud",
        "region",
        "notification_channel",
        "last_refreshed_on",
        "table_format",
        "last_refresh_details",
        "owner_role_type",
      ),
    ),
    {
      source: "SHOW EXTERNAL TABLES",
      ...none,
      note: "Always empty: external tables are not supported.",
    },
  ),
  command(
    "SHOW",
    "EXTERNAL FUNCTIONS",
    nothing(
      texts(
        "created_on",
        "name",
        "schema_name",
        "is_builtin",
        "is_aggregate",
        "is_ansi",
        "min_num_arguments",
        "max_num_arguments",
        "arguments",
        "description",
        "catalog_name",
        "is_table_function",
        "valid_for_clustering",
        "is_secure",
        "secrets",
        "external_access_integrations",
        "is_external_function",
        "language",
        "is_memoizable",
        "is_data_metric",
      ),
    ),
    {
      source: "SHOW EXTERNAL FUNCTIONS",
      ...none,
      note: "Always empty: external functions are not supported.",
    },
  ),
  command(
    "SHOW",
    "EVENT TABLES",
    nothing(
      texts("created_on", "name", "database_name", "schema_name", "owner", "comment", "owner_role_type"),
    ),
    { source: "SHOW EVENT TABLES", ...none, note: "Always empty: event tables are not supported." },
  ),
  command(
    "SHOW",
    "HYBRID TABLES",
    nothing(
      texts(
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "owner",
        "rows",
        "bytes",
        "comment",
        "owner_role_type",
      ),
    ),
    { source: "SHOW HYBRID TABLES", ...none, note: "Always empty: hybrid tables are not supported." },
  ),
  command(
    "SHOW",
    "ICEBERG TABLES",
    nothing(
      texts(
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "owner",
        "external_volume_name",
        "catalog_name",
        "iceberg_table_type",
        "catalog_table_name",
        "catalog_namespace",
        "base_location",
        "can_write_metadata",
        "comment",
        "owner_role_type",
      ),
    ),
    { source: "SHOW ICEBERG TABLES", ...none, note: "Always empty: Iceberg tables are not supported." },
  ),
  command(
    "SHOW",
    "SEMANTIC VIEWS",
    nothing(
      texts(
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "comment",
        "owner",
        "owner_role_type",
        "extension",
      ),
    ),
    { source: "SHOW SEMANTIC VIEWS", ...none, note: "Always empty: semantic views are not supported." },
  ),
  ...ABSENT_POLICIES.map((kind) =>
    command("SHOW", kind, nothing(POLICY_COLUMNS), {
      source: `SHOW ${kind}`,
      ...none,
      note: `Always empty: ${kind.toLowerCase()} are not supported.`,
    }),
  ),
  command(
    "SHOW",
    "BACKUP SETS",
    nothing(
      texts(
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "object_kind",
        "object_name",
        "object_database_name",
        "object_schema_name",
        "backup_policy_name",
        "owner",
        "comment",
        "owner_role_type",
      ),
    ),
    { source: "SHOW BACKUP SETS", ...none, note: "Always empty: backup sets are not supported." },
  ),
  command("SHOW", "REGIONS", regions, { source: "SHOW REGIONS", test }),
  command("SHOW", "ACCOUNTS", accounts, { source: "SHOW ACCOUNTS", test }),
  command("SHOW", "ORGANIZATION ACCOUNTS", accounts, { source: "SHOW ORGANIZATION ACCOUNTS", test }),
];
