import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readShowOptions, type ShowColumns, showOutcome } from "./show.ts";

/**
 * Listings that are always empty, since the account has none of the kind: what replication, sharing and other accounts
 * bring, and objects that cannot be created here. Tools that look for everything ask for them; the columns are those of
 * the pages "SHOW <plural>".
 */
interface Absent {
  plural: string;
  /** Column names in order; those that end in `_on` are times. */
  columns: string;
  /** A clause of its own that takes a name. */
  clause?: string;
  /** Why there are none; by default the kind is not supported. */
  why?: string;
}

const ALONE = "one account, no sharing, no replication";
const POLICY = "created_on name database_name schema_name kind owner comment owner_role_type options";
const INTEGRATION = "name type category enabled comment created_on";

const ABSENT: readonly Absent[] = [
  {
    plural: "REPLICATION DATABASES",
    columns:
      "region_group snowflake_region created_on account_name name comment is_primary primary replication_allowed_to_accounts failover_allowed_to_accounts organization_name account_locator",
    clause: "WITH PRIMARY",
    why: ALONE,
  },
  {
    plural: "SHARES",
    columns: "created_on kind owner_account name database_name to owner comment listing_global_name",
    why: ALONE,
  },
  {
    plural: "FAILOVER GROUPS",
    columns: "region_group snowflake_region created_on account_name name type comment is_primary primary",
    why: ALONE,
  },
  {
    plural: "REPLICATION GROUPS",
    columns: "region_group snowflake_region created_on account_name name type comment is_primary primary",
    why: ALONE,
  },
  {
    plural: "MANAGED ACCOUNTS",
    columns: "name cloud region locator created_on url is_reader comment",
    why: ALONE,
  },
  {
    plural: "EXTERNAL TABLES",
    columns:
      "created_on name database_name schema_name invalid invalid_reason owner comment stage location file_format_name file_format_type cloud region notification_channel last_refreshed_on table_format last_refresh_details owner_role_type",
  },
  {
    plural: "EXTERNAL FUNCTIONS",
    columns:
      "created_on name schema_name is_builtin is_aggregate is_ansi min_num_arguments max_num_arguments arguments description catalog_name is_table_function valid_for_clustering is_secure secrets external_access_integrations is_external_function language is_memoizable is_data_metric",
  },
  {
    plural: "EVENT TABLES",
    columns: "created_on name database_name schema_name owner comment owner_role_type",
  },
  {
    plural: "HYBRID TABLES",
    columns: "created_on name database_name schema_name owner rows bytes comment owner_role_type",
  },
  {
    plural: "ICEBERG TABLES",
    columns:
      "created_on name database_name schema_name owner external_volume_name catalog_name iceberg_table_type catalog_table_name catalog_namespace base_location can_write_metadata comment owner_role_type",
  },
  {
    plural: "SEMANTIC VIEWS",
    columns: "created_on name database_name schema_name comment owner owner_role_type extension",
  },
  {
    plural: "BACKUP SETS",
    columns:
      "created_on name database_name schema_name object_kind object_name object_database_name object_schema_name backup_policy_name owner comment owner_role_type",
  },
  {
    plural: "AGGREGATION POLICIES",
    columns: POLICY,
  },
  {
    plural: "JOIN POLICIES",
    columns: POLICY,
  },
  {
    plural: "PROJECTION POLICIES",
    columns: POLICY,
  },
  {
    plural: "PACKAGES POLICIES",
    columns: POLICY,
  },
  {
    plural: "BACKUP POLICIES",
    columns: POLICY,
  },
  {
    plural: "CATALOG INTEGRATIONS",
    columns: INTEGRATION,
  },
  {
    plural: "COMPUTE POOLS",
    columns:
      "name state min_nodes max_nodes instance_family num_services num_jobs auto_suspend_secs auto_resume active_nodes idle_nodes target_nodes created_on resumed_on updated_on owner comment is_exclusive application",
  },
  {
    plural: "EXTERNAL VOLUMES",
    columns: "name allow_writes comment created_on",
  },
  {
    plural: "GIT REPOSITORIES",
    columns:
      "created_on name database_name schema_name origin api_integration git_credentials owner owner_role_type comment last_fetched_at",
  },
  {
    plural: "IMAGE REPOSITORIES",
    columns: "created_on name database_name schema_name repository_url owner owner_role_type comment",
  },
  {
    plural: "MODELS",
    columns:
      "created_on name model_type database_name schema_name comment owner default_version_name versions aliases",
  },
  {
    plural: "CONNECTIONS",
    columns:
      "region_group snowflake_region created_on account_name name comment is_primary primary failover_allowed_to_accounts connection_url organization_name account_locator",
    why: ALONE,
  },
  {
    plural: "PRIVACY POLICIES",
    columns: POLICY,
  },
  {
    plural: "MCP SERVERS",
    columns: "created_on name database_name schema_name owner comment",
  },
  {
    plural: "NOTEBOOKS",
    columns:
      "created_on name database_name schema_name comment owner query_warehouse url_id owner_role_type code_warehouse",
  },
  {
    plural: "SERVICES",
    columns:
      "name status database_name schema_name owner compute_pool dns_name current_instances target_instances min_ready_instances min_instances max_instances auto_resume external_access_integrations created_on updated_on resumed_on suspended_on auto_suspend_secs comment owner_role_type query_warehouse is_job",
  },
  {
    plural: "STREAMLITS",
    columns:
      "created_on name database_name schema_name title owner comment query_warehouse url_id owner_role_type",
  },
];

const columnsOf = (columns: string): ShowColumns =>
  columns.split(" ").map((name) => [name, name.endsWith("_on") ? "time" : "text"] as const);

const show =
  ({ columns, clause }: Absent) =>
  async (_ctx: StatementContext, cursor: Cursor, head: Head): Promise<Outcome> => {
    let options = readShowOptions(cursor, head.terse);
    if (clause && cursor.acceptPhrase(clause)) cursor.name();
    if (!cursor.atEnd) options = { ...options, ...readShowOptions(cursor, head.terse) };
    cursor.expectEnd();
    return showOutcome(columnsOf(columns), [], options);
  };

export const absentShowCommands: CommandDef[] = ABSENT.map((absent) =>
  command("SHOW", absent.plural, show(absent), {
    source: `SHOW ${absent.plural}`,
    status: "approximate",
    note: `Always empty: ${absent.why ?? `${absent.plural.toLowerCase()} are not supported`}.`,
    test: "tests/local/account/commands/session.test.ts",
  }),
);
