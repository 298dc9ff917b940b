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

  test("the inputs of every resource have the SDK's names and types", () => {
    const found = Object.entries(sdk).flatMap(([resource, inputs]) =>
      provider[resource] === undefined
        ? [`${resource}: the provider has no such resource`]
        : differences(inputs, provider[resource], resource),
    );
    expect(found).toEqual([]);
    expect(Object.keys(sdk).length).toBeGreaterThanOrEqual({ snowflake: 89, kafka: 5 }[name]);
  });
});
