// What forces a replacement, compared with the schemas that the real providers print.

import { execFileSync } from "node:child_process";
import { delimiter } from "node:path";
import { type Engine, prepareEngine } from "../../../local/engine/prepare.ts";
import { KINDS, type ResourceKind } from "../../../review/resources/kinds.ts";

/** Inputs that the program never sets, or sets alike always. */
const CONSTANT = new Set([
  "isTransient",
  "autoIngest",
  "awsSnsTopicArn",
  "withGrantOption",
  "storageProvider",
  "aclHost",
  "aclPermissionType",
  "resourcePatternTypeFilter",
]);
const CONSTANT_OF: Record<string, string[]> = {
  "snowflake:index/storageIntegration:StorageIntegration": ["type"],
  "snowflake:index/maskingPolicy:MaskingPolicy": ["exemptOtherPolicies"],
  "snowflake:index/networkRule:NetworkRule": ["mode", "type"],
};

interface Schema {
  resources: Record<string, { inputProperties: Record<string, { willReplaceOnChanges?: boolean }> }>;
}

let engine: Engine;

beforeAll(async () => {
  engine = await prepareEngine({});
}, 900_000);

const schemaOf = (provider: string): Schema =>
  JSON.parse(
    execFileSync(engine.pulumi, ["package", "get-schema", provider], {
      env: {
        ...process.env,
        ...engine.env,
        PATH: [...engine.pathEntries, process.env["PATH"]].join(delimiter),
      },
      maxBuffer: 64e6,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as Schema;

test.each(["snowflake", "kafka"])(
  "the changes that replace a resource of %s are the provider's own",
  (provider) => {
    const schema = schemaOf(provider);
    const kinds = Object.values(KINDS).filter(
      (kind): kind is ResourceKind =>
        typeof kind === "object" && kind.type?.startsWith(`${provider}:`) === true,
    );
    expect(kinds.length).toBeGreaterThan(1);
    for (const kind of kinds) {
      const inputs = schema.resources[kind.type ?? ""]?.inputProperties ?? {};
      const told = Object.keys(inputs).filter(
        (name) =>
          inputs[name]?.willReplaceOnChanges &&
          !CONSTANT.has(name) &&
          !CONSTANT_OF[kind.type ?? ""]?.includes(name),
      );
      expect([kind.type, ...told.sort()]).toEqual([
        kind.type,
        ...Object.values(kind.replaces ?? {})
          .flat()
          .sort(),
      ]);
    }
  },
);
