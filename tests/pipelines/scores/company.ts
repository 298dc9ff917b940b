/**
 * A generated company in a local account without a server: raw tables from the first days' exports, and the models and
 * scores of the project over them, run by the statements of their tasks in the order of the graph.
 */
import { quoted, quotedObject, quotedSchema } from "../../../infra/names.ts";
import type { Platform, Table } from "../../../infra/platform.ts";
import { createWorld, type World } from "../../../local/data/generate.ts";
import { loadProject } from "../../infra/sample.ts";
import { WholeAccount } from "../../local/account/commands/whole-account.ts";

export interface CompanyOptions {
  scale: number;
  seed?: number;
  /** Models that are wanted, with all that they read. */
  wanted: readonly string[];
}

export class Company {
  readonly account: WholeAccount;
  readonly world: World;
  readonly platform: Platform;
  readonly #tasks: Platform["tasks"];
  readonly #needed: ReadonlySet<string>;

  private constructor(account: WholeAccount, world: World, platform: Platform, needed: ReadonlySet<string>) {
    this.account = account;
    this.world = world;
    this.platform = platform;
    this.#needed = needed;
    this.#tasks = inOrder(platform, needed);
  }

  static async open(options: CompanyOptions): Promise<Company> {
    const platform = loadProject("prod");
    const needed = closure(platform, options.wanted);
    const account = await WholeAccount.open();
    const world = createWorld({
      seed: options.seed ?? 7,
      startDay: "2026-03-01",
      scale: options.scale,
      sources: "all",
    });
    const company = new Company(account, world, platform, needed);
    await company.#make(needed);
    return company;
  }

  /** Lands a day's files. Events of topics are left out. */
  async land(day: number): Promise<void> {
    for (const file of this.world.day(day).exports()) {
      const table = this.platform.tables.find((one) => one.key === tableOf(file.source));
      if (table === undefined || !this.#needed.has(table.logical) || file.redelivered) continue;
      const read = file.key.includes(".xml")
        ? "iff(value like '<payment %' and check_xml(value) is null, parse_xml(value), null)"
        : "iff(check_json(value) is null, parse_json(value), null)";
      await this.account.all(
        `insert into ${quotedObject(table)} (record, line, file_name, file_row_number)
         select ${read}, value, '${file.key}', index from table(split_to_table($$${file.lines.toString("utf8").trimEnd()}$$, '\\n'))`,
      );
    }
  }

  /** Runs each task once, or those of the models named. */
  async run(models?: readonly string[]): Promise<void> {
    for (const task of this.#tasks) {
      if (models !== undefined && !models.includes(task.model!)) continue;
      try {
        await this.account.all(task.statement);
      } catch (error) {
        throw new Error(`${task.model}: ${(error as Error).message}\n${task.statement}`, { cause: error });
      }
    }
  }

  rows(text: string) {
    return this.account.rows(text);
  }

  close(): Promise<void> {
    return this.account.close();
  }

  async #make(needed: ReadonlySet<string>): Promise<void> {
    const { platform, account } = this;
    await account.all(
      "use warehouse w",
      ...platform.databases.map((one) => `create database ${quoted(one.name)}`),
    );
    for (const schema of platform.schemas)
      await account.all(`create schema if not exists ${quotedSchema(schema)}`);
    for (const table of platform.tables) if (needed.has(table.logical)) await account.all(createTable(table));
    for (const view of platform.views)
      if (needed.has(view.logical))
        await account.all(`create view ${quotedObject(view)} as ${view.statement}`);
    for (const stream of platform.streams)
      if (needed.has(stream.consumer))
        await account.all(
          `create stream ${quotedObject(stream)} on table ${quotedObject(stream.table)} append_only = ${stream.appendOnly} show_initial_rows = true`,
        );
  }
}

/** `salesforce_account` → raw.salesforce.account. */
const tableOf = (source: string): string => {
  const special: Record<string, string> = {
    salesforce_campaign: "raw.salesforce_campaigns.campaign",
    salesforce_campaignmember: "raw.salesforce_campaigns.campaignmember",
    paid_search: "raw.ads.paid_search",
    paid_social: "raw.ads.paid_social",
    experiment_assignment: "raw.experiments.assignment",
    experiment_exposure: "raw.experiments.exposure",
  };
  return special[source] ?? `raw.${source.replace("_", ".")}`;
};

const createTable = (table: Table): string =>
  `create table ${quotedObject(table)} (${table.columns
    .map((column) => `${quoted(column.name)} ${column.type}${column.nullable ? "" : " not null"}`)
    .join(", ")}) change_tracking = true`;

function closure(platform: Platform, wanted: readonly string[]): ReadonlySet<string> {
  const byName = new Map(platform.models.map((model) => [model.logical, model]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const read of byName.get(name)?.reads ?? []) visit(read);
  };
  for (const name of wanted) visit(name);
  // What a score's tasks write besides their own table.
  for (const model of platform.models)
    if (
      model.file.startsWith("sql/scores/") &&
      [...found].some((name) => name === model.logical.replace(/_input$/, ""))
    )
      visit(model.logical);
  return found;
}

function inOrder(platform: Platform, needed: ReadonlySet<string>): Platform["tasks"] {
  const byName = new Map(platform.models.map((model) => [model.logical, model]));
  const tasks = new Map(
    platform.tasks.flatMap((task) => (task.model === undefined ? [] : [[task.model, task]])),
  );
  const done = new Set<string>();
  const order: Platform["tasks"] = [];
  const visit = (name: string): void => {
    if (done.has(name) || !needed.has(name)) return;
    done.add(name);
    for (const read of byName.get(name)?.reads ?? []) visit(read);
    const task = tasks.get(name);
    if (task !== undefined) order.push(task);
  };
  for (const name of [...needed].sort()) visit(name);
  return order;
}
