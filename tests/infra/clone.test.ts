import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { landingOf } from "../../infra/clone.ts";
import { readStackFile } from "../../infra/config/read-stack-file.ts";
import { type FirnError, Problems } from "../../infra/errors.ts";
import { loadPlatform } from "../../infra/load.ts";
import { loadProject, ROOT, stackText } from "./sample.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "firn-clone-"));
  symlinkSync(join(ROOT, "sql"), join(root, "sql"));
  for (const stack of ["prod", "full"]) writeFileSync(join(root, `Pulumi.${stack}.yaml`), stackText(stack));
});
afterAll(() => rmSync(root, { recursive: true }));

function write(stack: string, clone: string): void {
  writeFileSync(join(root, `Pulumi.${stack}.yaml`), `config:\n  firn:clone: ${clone}\n`);
}
const load = (stack: string) => loadPlatform({ root, stack, environment: {} });
const AT = '"2026-11-28T12:00:00Z"';

describe("a clone of production", () => {
  const ann = () => {
    write("dev-ann", `{ of: prod, at: ${AT} }`);
    return load("dev-ann");
  };

  test("needs nothing of the environment, and brings in and sends out nothing", () => {
    const clone = ann();
    for (const part of [
      "users",
      "stages",
      "integrations",
      "fileFormats",
      "pipes",
      "topics",
      "acls",
      "connectors",
      "flows",
      "activations",
      "alerts",
      "notifications",
    ] as const)
      expect([part, clone[part]]).toEqual([part, []]);
    expect(clone.landing).toBeUndefined();
    expect(() => landingOf(clone)).toThrow(
      "no landing zone of its own. Name the stack that loads: --stack prod",
    );
  });

  test("has the same tables, views, models and checks under a prefix of its own", () => {
    const [clone, prod] = [ann(), loadProject("prod")];
    const keys = (list: readonly { key: string }[]) => list.map((one) => one.key).sort();
    const ofAlerts = (key: string) => !key.startsWith("ops.alert.");
    expect(keys(clone.tables)).toEqual(keys(prod.tables).filter(ofAlerts));
    expect(keys(clone.views)).toEqual(keys(prod.views));
    expect(clone.models.map((one) => one.logical)).toEqual(prod.models.map((one) => one.logical));
    expect(keys(clone.tasks)).toEqual(keys(prod.tasks).filter((key) => key !== "watch"));
    const physical = JSON.stringify([clone.tables, clone.streams, clone.tasks, clone.warehouses]);
    expect(physical).not.toMatch(/"FIRN_(RAW|CORE|MART|TRANSFORM)/);
    expect(clone.databases.map((one) => one.name)).toEqual([
      "DEVANN_RAW",
      "DEVANN_CORE",
      "DEVANN_MART",
      "DEVANN_OPS",
    ]);
  });

  test("hides personal data by production's own tag, policies and role, and has none itself", () => {
    const { governance, roles, roleGrants, tables, views } = ann();
    expect([governance.masks, governance.tags, governance.rowPolicies]).toEqual([[], [], []]);
    expect(governance.associations.map((one) => [one.on, one.tag.database])).toEqual([
      ["column", "FIRN_OPS"],
    ]);
    expect(governance.associations[0]!.objects.every(([database]) => database!.startsWith("DEVANN_"))).toBe(
      true,
    );
    expect(roles.some((role) => role.key === "personal_read" || role.key === "pii_reader")).toBe(false);
    expect(roleGrants.filter((one) => one.role === "FIRN_PERSONAL_READ").map((one) => one.to)).toEqual([
      { role: "DEVANN_TRANSFORMER" },
    ]);
    const masks = tables.flatMap((table) =>
      table.columns.flatMap((column) => column.masking?.unmasked ?? []),
    );
    expect(new Set(masks)).toEqual(new Set(["FIRN_PERSONAL_READ"]));
    expect(views.flatMap((view) => view.rowAccess?.policy.database ?? [])).toEqual(["FIRN_OPS", "FIRN_OPS"]);
  });

  test("gives nobody a privilege on anything of production's", () => {
    const { grants, roles, automation } = ann();
    const own = new Set(roles.map((role) => role.name));
    expect(grants.filter((grant) => !own.has(grant.role))).toEqual([]);
    expect(JSON.stringify(grants)).not.toContain("FIRN_");
    expect(own.has(automation.transformer)).toBe(true);
  });

  test("costs what one small monitor lets it: every warehouse is of the size, none runs by itself", () => {
    const { warehouses, monitors, tasks, protect } = ann();
    expect(warehouses.map((one) => [one.size, one.maxClusters, one.monitor])).toEqual(
      warehouses.map(() => ["XSMALL", 1, "DEVANN_CLONE"]),
    );
    expect(monitors).toMatchObject([{ name: "DEVANN_CLONE", credits: 10, account: false }]);
    expect(tasks.filter((task) => task.started && task.schedule !== undefined)).toEqual([]);
    // A root that is started by hand runs what is behind it.
    expect(tasks.filter((task) => !task.started && task.schedule === undefined)).toEqual([]);
    expect(protect).toBe(false);
  });

  test("reads its streams from now on: what the tables hold has been computed", () => {
    expect(new Set(ann().streams.map((stream) => stream.initialRows))).toEqual(new Set([false]));
  });

  test("takes size, credits and schedules from its file", () => {
    write("dev-bob", `{ of: prod, at: ${AT}, size: SMALL, credits: 25, started: true }`);
    const { warehouses, monitors, tasks } = load("dev-bob");
    expect([warehouses[0]!.size, monitors[0]!.credits]).toEqual(["SMALL", 25]);
    expect(tasks.every((task) => task.started)).toBe(true);
  });
});

test("of a stack without a prefix, too", () => {
  write("dev-eve", `{ of: full, at: ${AT} }`);
  const { governance, databases } = load("dev-eve");
  expect(governance.associations[0]!.tag.database).toBe("OPS");
  expect(databases[0]!.name).toBe("DEVEVE_RAW");
});

describe("what is wrong is told with what is allowed", () => {
  const problemsOf = (stack: string, clone: string) => {
    write(stack, clone);
    const problems = new Problems();
    readStackFile(root, stack, problems);
    rmSync(join(root, `Pulumi.${stack}.yaml`));
    return problems.list.map(({ path, message, allowed }) => ({ path, message, allowed }));
  };

  test.each([
    [
      "a stack that is not there",
      "dev-x",
      `{ of: prodd, at: ${AT} }`,
      { path: "firn:clone.of", message: "is no stack that can be cloned", allowed: "full, prod" },
    ],
    [
      "a clone of a clone",
      "dev-x",
      `{ of: dev-x, at: ${AT} }`,
      { path: "firn:clone.of", message: "is no stack that can be cloned", allowed: "full, prod" },
    ],
    [
      "a setting that does not exist",
      "dev-x",
      `{ of: prod, at: ${AT}, warehouse: SMALL }`,
      {
        path: "firn:clone.warehouse",
        message: "is not a setting",
        allowed: "of, at, size, credits, started",
      },
    ],
    [
      "a name that is no developer's",
      "staging",
      `{ of: prod, at: ${AT} }`,
      {
        path: "firn:clone",
        message: "is for stacks of developers",
        allowed: "dev- and a name of lower-case letters and digits, such as dev-ann",
      },
    ],
  ])("%s", (_what, stack, clone, problem) => {
    for (const name of ["dev-ann", "dev-bob", "dev-eve"])
      rmSync(join(root, `Pulumi.${name}.yaml`), { force: true });
    expect(problemsOf(stack, clone)).toEqual([problem]);
  });

  test("a mistake of the other stack's file is that file's", () => {
    writeFileSync(join(root, "Pulumi.full.yaml"), stackText("full").replace("aws.us-east-1", "nowhere"));
    write("dev-eve", `{ of: full, at: ${AT} }`);
    let error: FirnError | undefined;
    try {
      load("dev-eve");
    } catch (caught) {
      error = caught as FirnError;
    }
    expect(error?.problems.map((one) => one.file)).toEqual(["Pulumi.full.yaml"]);
  });
});
