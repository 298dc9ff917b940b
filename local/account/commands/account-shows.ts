import { isAccountAdmin } from "../access/index.ts";
import type { StatementContext } from "../session/context.ts";
import type { Outcome } from "../session/outcome.ts";
import type { Cursor } from "./cursor.ts";
import { type CommandDef, command, type Head } from "./registry.ts";
import { readShowOptions, type ShowColumns, type ShowRow, showOutcome } from "./show.ts";

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
export const accountShowCommands: CommandDef[] = [
  command("SHOW", "REGIONS", regions, { source: "SHOW REGIONS", test }),
  command("SHOW", "ACCOUNTS", accounts, { source: "SHOW ACCOUNTS", test }),
  command("SHOW", "ORGANIZATION ACCOUNTS", accounts, { source: "SHOW ORGANIZATION ACCOUNTS", test }),
];
