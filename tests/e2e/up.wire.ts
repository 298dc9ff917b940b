import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

// The main job at small scale: real engine, providers, broker and S3 endpoint; the account over the wire.
const ROOT = join(import.meta.dirname, "../..");
const STACK = "small";

interface Answer {
  ok: boolean;
  kpis: { name: string; equal: boolean; rows: string[][]; expectedRows: number }[];
  sources: { source: string; duplicates: number; malformed: number }[];
  activations: { activation: string; sent: number; accepted: number; returned: number }[];
  credits: { warehouse: string; credits: string }[];
  up: { changes: Record<string, number> };
}

const firn = (...args: string[]) => firnOn(STACK, ...args);

function firnOn(stack: string, ...args: string[]) {
  const result = spawnSync(process.execPath, [join(ROOT, "cli/bin.mjs"), "--stack", stack, ...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

function up(): Answer {
  const { code, out, err } = firn("--json", "up");
  if (code !== 0) throw new Error(`firn up ended with ${code}\n${out.slice(-4000)}\n${err.slice(-4000)}`);
  return JSON.parse(out) as Answer;
}

/** Begins `firn up` and kills the engine, as the machine's memory killer would, once it has made `count` resources. */
async function upWithEngineKilled(count: number): Promise<number | null> {
  const child = spawn(process.execPath, [join(ROOT, "cli/bin.mjs"), "--stack", STACK, "--json", "up"], {
    cwd: ROOT,
    stdio: "ignore",
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const data = join(ROOT, ".firn", STACK);
  const events = join(data, "pulumi-events.jsonl");
  const locks = join(data, "state/.pulumi/locks/organization/firn", STACK);
  while (child.exitCode === null) {
    const made = existsSync(events) ? readFileSync(events, "utf8").split("resOutputsEvent").length - 1 : 0;
    const [lock] = made >= count && existsSync(locks) ? readdirSync(locks) : [];
    if (lock !== undefined) {
      process.kill((JSON.parse(readFileSync(join(locks, lock), "utf8")) as { pid: number }).pid, "SIGKILL");
      break;
    }
    await delay(50);
  }
  return ended;
}

describe("firn up on the embedded stack", () => {
  let killed: number | null;
  let first: Answer;

  beforeAll(async () => {
    firn("down", "--erase");
    killed = await upWithEngineKilled(100);
    first = up();
  }, 1_500_000);

  test("an engine that was killed while it created: the next run goes on and replaces nothing", () => {
    expect(killed).toBe(1);
    expect(first.up.changes["create"]).toBeGreaterThan(0);
    expect(first.up.changes["same"]).toBeGreaterThan(0);
    expect(Object.keys(first.up.changes).filter((change) => !/^(create|same|update)$/.test(change))).toEqual(
      [],
    );
  });

  afterAll(() => {
    firn("down", "--erase");
  }, 60_000);

  test("every KPI equals the generator's truth, to the row", () => {
    expect(first.kpis.filter((kpi) => !kpi.equal)).toEqual([]);
    expect(first.kpis.map((kpi) => kpi.name)).toEqual(
      expect.arrayContaining([
        "unique_data_points_per_day",
        "active_accounts_per_day",
        "daily_account_usage",
        "open_pipeline_by_stage",
        "rejected_records",
      ]),
    );
    for (const kpi of first.kpis) expect(kpi.rows.length).toBe(kpi.expectedRows);
  });

  test("the data really were dirty", () => {
    expect(first.sources.every((source) => source.duplicates > 0 && source.malformed > 0)).toBe(true);
  });

  test("what is written back to the CRM is accepted, and returns with its next export", () => {
    expect(first.activations.map((one) => one.activation)).toEqual([
      "product_qualified_lead",
      "usage_summary",
    ]);
    for (const { sent, accepted, returned } of first.activations) {
      expect(sent).toBeGreaterThan(0);
      expect([accepted, returned]).toEqual([sent, sent]);
    }
  });

  test("the transforming warehouse billed credits", () => {
    expect(
      first.credits.some(({ warehouse, credits }) => warehouse.includes("TRANSFORM") && Number(credits) > 0),
    ).toBe(true);
  });

  test("preview then reports no changes, and so does one after refresh", () => {
    const preview = firn("pulumi", "preview", "--expect-no-changes", "--non-interactive");
    expect(`${preview.code} ${preview.out}`).toMatch(/^0 /);
    const refresh = firn(
      "pulumi",
      "refresh",
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--expect-no-changes",
    );
    expect(`${refresh.code} ${refresh.out}`).toMatch(/^0 /);
    const again = firn("pulumi", "preview", "--expect-no-changes", "--non-interactive");
    expect(`${again.code} ${again.out}`).toMatch(/^0 /);
  }, 300_000);

  test("a second run changes nothing and yields the same KPIs", () => {
    const second = up();
    expect(Object.keys(second.up.changes)).toEqual(["same"]);
    expect(second.kpis).toEqual(first.kpis);
  }, 300_000);

  test("a role without a grant gets Snowflake's own error", () => {
    const { code, err } = firn("sql", "--role", "PUBLIC", "SELECT * FROM mart.executive.unique_data_points");
    expect(code).toBe(1);
    expect(err).toContain("does not exist or not authorized");
  });

  describe("an account that already exists", () => {
    const file = join(ROOT, "infra/adopted", `${STACK}.yaml`);
    const adopt = (...options: string[]) => {
      const { code, out, err } = firn("--json", "adopt", "--import", ...options);
      if (code !== 0)
        throw new Error(`firn adopt ended with ${code}\n${out.slice(-2000)}\n${err.slice(-2000)}`);
      return JSON.parse(out) as { imports: Record<string, number>; after: unknown[] };
    };
    const expectNoChanges = () => {
      const preview = firn("pulumi", "preview", "--expect-no-changes", "--non-interactive");
      expect(`${preview.code} ${preview.out}`).toMatch(/^0 /);
    };

    afterAll(() => rmSync(file, { force: true }));

    test("a state that is lost is found again: everything is imported, and a preview shows no change", () => {
      rmSync(join(ROOT, ".firn", STACK, "state"), { recursive: true });
      const { imports, after } = adopt("--declared-only");
      expect(imports["Table"]).toBeGreaterThan(10);
      expect(after).toEqual([]);
      expectNoChanges();
    }, 600_000);

    test("what nobody declared gets definitions, and a preview shows no change; taken out again, it stays", () => {
      for (const sql of [
        "CREATE WAREHOUSE LEGACY WAREHOUSE_SIZE = SMALL AUTO_SUSPEND = 300 STATEMENT_TIMEOUT_IN_SECONDS = 3600",
        "CREATE DATABASE LEGACY DATA_RETENTION_TIME_IN_DAYS = 1",
        "CREATE SCHEMA LEGACY.FINANCE WITH MANAGED ACCESS",
        "CREATE ROLE LEGACY_ANALYST",
        "CREATE USER BOB PASSWORD = 'Correct-Horse-1' EMAIL = 'bob@example.com' DEFAULT_ROLE = LEGACY_ANALYST",
        "GRANT ROLE LEGACY_ANALYST TO USER BOB",
      ])
        expect(firn("sql", sql)).toMatchObject({ code: 0 });
      const { imports, after } = adopt();
      expect(imports).toMatchObject({ Warehouse: 1, Database: 1, Schema: 2, AccountRole: 1, User: 1 });
      expect(after).toEqual([]);
      expectNoChanges();
      expect(readFileSync(file, "utf8")).not.toMatch(/bob@|Horse/);
      rmSync(file);
      const without = firn("pulumi", "up", "--yes", "--skip-preview", "--non-interactive");
      expect(`${without.code} ${without.out}`).toMatch(/^0 /);
      expect(firn("sql", "SHOW SCHEMAS IN DATABASE LEGACY").out).toContain("FINANCE");
    }, 600_000);
  });

  test("people's queries need no warehouse to be named", () => {
    const { code, out } = firn("--json", "sql", "SELECT COUNT(*) FROM mart.executive.unique_data_points");
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('"rows":[["3"]]') });
  });

  describe("a developer's clone on the same account", () => {
    const CLONE = "dev-e2e";
    const file = join(ROOT, `Pulumi.${CLONE}.yaml`);
    const rows = (sql: string, ...options: string[]) => {
      const { code, out, err } = firnOn(CLONE, "--json", "sql", ...options, sql);
      if (code !== 0) throw new Error(`${sql}: ${out}${err}`);
      return (JSON.parse(out) as { rows: unknown[][] }).rows;
    };
    let made: { cloned: string[]; made: unknown[]; changes: Record<string, number>; differ: string[] };

    beforeAll(async () => {
      firnOn(CLONE, "down");
      // Killed when its tables are cloned and about to be imported.
      const child = spawn(
        process.execPath,
        [join(ROOT, "cli/bin.mjs"), "--stack", CLONE, "up", "--of", STACK],
        { cwd: ROOT, stdio: "ignore" },
      );
      const begun = join(ROOT, ".firn", CLONE, "adopt/import.json");
      while (child.exitCode === null && !existsSync(begun)) await delay(50);
      child.kill("SIGKILL");
      const { code, out, err } = firnOn(CLONE, "--json", "up", "--of", STACK);
      if (code !== 0) throw new Error(`firn up ended with ${code}\n${out.slice(-2000)}\n${err.slice(-2000)}`);
      made = JSON.parse(out) as typeof made;
    }, 600_000);

    test("has the other stack's rows, replaces nothing, and a preview of either shows no change", () => {
      expect(made.made).toEqual([]);
      expect(made.differ).toEqual([]);
      expect(Object.keys(made.changes).sort()).toEqual(["create", "same"]);
      const kpi = "mart.executive.unique_data_points";
      expect(rows(`SELECT * FROM deve2e_${kpi} ORDER BY day`)).toEqual(
        rows(`SELECT * FROM ${kpi} ORDER BY day`),
      );
      for (const stack of [CLONE, STACK]) {
        const preview = firnOn(stack, "pulumi", "preview", "--expect-no-changes", "--non-interactive");
        expect(`${preview.code} ${preview.out}`).toMatch(/^0 /);
      }
    }, 300_000);

    test("what changes there changes there alone, and its graph runs when it is asked to", () => {
      rows("DELETE FROM deve2e_mart.executive.unique_data_points");
      expect(rows("SELECT COUNT(*) FROM mart.executive.unique_data_points")).toEqual([["3"]]);
      const { code } = firnOn(CLONE, "backfill", "mart.executive.unique_data_points", "--yes", "--wait");
      expect(code).toBe(0);
      expect(rows("SELECT COUNT(*) FROM deve2e_mart.executive.unique_data_points")).toEqual([["3"]]);
    }, 300_000);

    test("its roles reach nothing of the other stack, and personal data stay masked by that stack's policies", () => {
      const steward = ["--role", "DEVE2E_STEWARD", "--warehouse", "DEVE2E_BI"];
      const [own] = rows("SELECT record FROM deve2e_raw.salesforce.contact LIMIT 1", ...steward);
      expect(String(own![0])).toContain("Email");
      expect(String(own![0])).not.toContain("@");
      expect(() => rows("SELECT record FROM raw.salesforce.contact LIMIT 1", ...steward)).toThrow(
        "does not exist or not authorized",
      );
    });

    test("firn down removes it, and nothing else", () => {
      expect(firnOn(CLONE, "down")).toMatchObject({ code: 0 });
      expect([existsSync(file), existsSync(join(ROOT, ".firn", CLONE))]).toEqual([false, false]);
      for (const kind of ["DATABASES", "ROLES", "WAREHOUSES"])
        expect(firn("sql", `SHOW ${kind} LIKE 'DEVE2E%'`).out).toContain("0 rows");
      expect(firn("pulumi", "preview", "--expect-no-changes", "--non-interactive")).toMatchObject({
        code: 0,
      });
    }, 300_000);
  });

  test("the services run, and only the loopback address reaches them", async () => {
    const { out } = firn("--json", "status");
    const { services } = JSON.parse(out) as {
      services: { name: string; state: string; ports: Record<string, number> }[];
    };
    expect(services.map((service) => service.state)).toEqual(services.map(() => "ready"));
    expect(services.map((service) => service.name)).toEqual(
      expect.arrayContaining(["account", "aws", "kafka"]),
    );
    const ports = services.flatMap((service) => Object.values(service.ports));
    for (const port of ports) {
      expect(await accepts("127.0.0.1", port)).toBe(true);
      for (const address of outerAddresses()) expect(await accepts(address, port)).toBe(false);
    }
  });
});

const outerAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => !each.internal && each.family === "IPv4")
    .map((each) => each.address);

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
