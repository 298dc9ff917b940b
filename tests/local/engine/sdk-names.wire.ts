// The providers that are built here speak to the npm SDKs, which were made from the official ones: every name and
// type of an input has to be the same on both sides.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { prepareEngine } from "../../../local/engine/prepare.ts";
import { PROVIDER_VERSIONS } from "../../../local/engine/versions.ts";
import { differences, type PackageSchema, readSchema, readSdk, type Shapes } from "./support/shapes.ts";

const run = promisify(execFile);
const modules = join(import.meta.dirname, "..", "..", "..", "node_modules", "@pulumi");

/** What the platform program declares, and what it is likely to next. */
const USED: Record<"snowflake" | "kafka", string[]> = {
  snowflake: [
    ...["Provider", "Database", "Schema", "Warehouse", "ResourceMonitor", "AccountRole", "DatabaseRole"],
    ...[
      "GrantPrivilegesToAccountRole",
      "GrantPrivilegesToDatabaseRole",
      "GrantAccountRole",
      "GrantDatabaseRole",
    ],
    ...[
      "GrantOwnership",
      "User",
      "ServiceUser",
      "LegacyServiceUser",
      "StorageIntegration",
      "Stage",
      "FileFormat",
    ],
    ...["Pipe", "Table", "View", "StreamOnTable", "StreamOnView", "Task", "NotificationIntegration"],
    ...[
      "EmailNotificationIntegration",
      "Alert",
      "MaskingPolicy",
      "RowAccessPolicy",
      "NetworkRule",
      "NetworkPolicy",
    ],
    ...["NetworkPolicyAttachment", "Tag", "TagAssociation", "Execute", "AccountParameter", "ObjectParameter"],
    ...["TableConstraint", "AccountAuthenticationPolicyAttachment", "AuthenticationPolicy"],
    ...[
      "ProcedureSql",
      "FunctionSql",
      "Sequence",
      "DynamicTable",
      "ExternalTable",
      "TableColumnMaskingPolicyApplication",
    ],
  ],
  kafka: ["Provider", "Topic", "Acl", "Quota", "UserScramCredential"],
};

let schemas: Record<"snowflake" | "kafka", PackageSchema>;

beforeAll(async () => {
  const engine = await prepareEngine({});
  const environment = { ...process.env, ...engine.env };
  const read = async (name: string): Promise<PackageSchema> => {
    const { stdout } = await run(engine.pulumi, ["package", "get-schema", name], {
      env: environment,
      cwd: modules,
      maxBuffer: 64e6,
    });
    return JSON.parse(stdout) as PackageSchema;
  };
  schemas = { snowflake: await read("snowflake"), kafka: await read("kafka") };
}, 900_000);

describe.each(["snowflake", "kafka"] as const)("%s", (name) => {
  let sdk: Shapes;
  let provider: Shapes;

  beforeAll(() => {
    sdk = readSdk(join(modules, name));
    provider = readSchema(schemas[name]);
  });

  test("the provider says the version of the SDK", () => {
    expect(schemas[name].version).toBe(PROVIDER_VERSIONS[name]);
  });

  test("the inputs of every resource that is used have the SDK's names and types", () => {
    const found = USED[name].flatMap((resource) => {
      if (sdk[resource] === undefined) return [`${resource}: the SDK has no such resource`];
      if (provider[resource] === undefined) return [`${resource}: the provider has no such resource`];
      return differences(sdk[resource], provider[resource], resource);
    });
    expect(found).toEqual([]);
  });

  test("every resource of the SDK is served", () => {
    expect(Object.keys(sdk).filter((resource) => provider[resource] === undefined)).toEqual([]);
  });
});
