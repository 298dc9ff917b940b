// The prepared engine with a project as this repository's own: ESM TypeScript, loaded by Node as it is.

import { type Engine, prepareEngine } from "../../../local/engine/prepare.ts";
import { Scratch } from "./support/scratch.ts";

let engine: Engine;
let scratch: Scratch;

beforeAll(async () => {
  engine = await prepareEngine({});
}, 900_000);

beforeEach(async () => {
  scratch = new Scratch(engine);
  await scratch.pulumi("stack", "init", "dev");
});

afterEach(() => scratch.remove());

const PART = `
import * as pulumi from "@pulumi/pulumi";
export interface PartArgs { n: number }
export class Part extends pulumi.ComponentResource {
  readonly twice: pulumi.Output<number>;
  constructor(name: string, args: PartArgs, options?: pulumi.ComponentResourceOptions) {
    super("scratch:index:Part", name, {}, options);
    this.twice = pulumi.output(args.n * 2);
    this.registerOutputs({ twice: this.twice });
  }
}`;

describe("a program in TypeScript", () => {
  beforeEach(() => {
    scratch.write("infra/part.ts", PART);
    scratch.write(
      "infra/index.ts",
      `import * as pulumi from "@pulumi/pulumi";
       import { Part, type PartArgs } from "./part.ts";
       const args: PartArgs = { n: new pulumi.Config().requireNumber("n") };
       console.log("said by the program");
       export const twice = new Part("one", args).twice;
       export const hidden = new pulumi.Config().requireSecret("word");`,
    );
  });

  test("is deployed, keeps its secrets, has nothing to change afterwards, and is taken down", async () => {
    await scratch.pulumi("config", "set", "n", "21");
    await scratch.pulumi("config", "set", "--secret", "word", "do not show");
    const up = await scratch.pulumi("up", "--yes", "--skip-preview");
    expect(up.text).toContain("said by the program");
    expect(up).toMatchObject({ code: 0, text: expect.stringMatching(/2 created/) });
    expect(up.text).not.toMatch(/warning|do not show/i);
    const outputs = JSON.parse((await scratch.pulumi("stack", "output", "--json")).stdout) as object;
    expect(outputs).toEqual({ twice: 42, hidden: "[secret]" });
    const refresh = await scratch.pulumi("refresh", "--yes", "--skip-preview");
    expect(refresh.code).toBe(0);
    const preview = await scratch.pulumi("preview", "--expect-no-changes");
    expect(preview).toMatchObject({ code: 0, text: expect.stringMatching(/2 unchanged/) });
    const destroy = await scratch.pulumi("destroy", "--yes", "--skip-preview");
    expect(destroy).toMatchObject({ code: 0, text: expect.stringMatching(/2 deleted/) });
  });

  test("a missing configuration value ends in the SDK's own message", async () => {
    const up = await scratch.pulumi("up", "--yes", "--skip-preview");
    expect(up.code).not.toBe(0);
    expect(up.text).toContain("Missing required configuration variable 'scratch:n'");
    expect(up.text).not.toContain("non-zero exit code");
  });
});

test("a user's mistake is said once, without a stack trace", async () => {
  scratch.write(
    "infra/index.ts",
    `import { RunError } from "@pulumi/pulumi";
     throw new RunError("Pulumi.dev.yaml: firn:size: given HUGE, allowed XSMALL");`,
  );
  const up = await scratch.pulumi("up", "--yes", "--skip-preview");
  expect(up.code).not.toBe(0);
  expect(up.text).toContain("Pulumi.dev.yaml: firn:size: given HUGE, allowed XSMALL");
  expect(up.text).not.toMatch(/^\s+at /m);
  expect(up.text).not.toContain("non-zero exit code");
});

test("a program that dies without a word is an error, never an empty stack", async () => {
  scratch.write("infra/index.ts", `process.exit(3);`);
  const up = await scratch.pulumi("up", "--yes", "--skip-preview");
  expect(up.code).not.toBe(0);
  expect(up.text).toContain("Program exited with non-zero exit code: 3");
});

test("a policy pack in TypeScript, entered through an .mjs file, stops what it forbids", async () => {
  scratch.write("infra/part.ts", PART);
  scratch.write("infra/index.ts", `import { Part } from "./part.ts"; new Part("one", { n: 1 });`);
  scratch.write("policy/PulumiPolicy.yaml", "name: scratch-policy\nruntime: nodejs\nmain: index.mjs\n");
  scratch.write(
    "policy/package.json",
    `{"name":"scratch-policy","version":"0.1.0","type":"module","main":"index.mjs"}`,
  );
  scratch.write(
    "policy/rule.ts",
    `import type { ResourceValidationPolicy } from "@pulumi/policy";
     export const rule: ResourceValidationPolicy = {
       name: "no-part", description: "no parts", enforcementLevel: "mandatory",
       validateResource: (args, report) => { if (args.type === "scratch:index:Part") report("parts are forbidden"); },
     };`,
  );
  scratch.write(
    "policy/index.mjs",
    `import { PolicyPack } from "@pulumi/policy";
     import { rule } from "./rule.ts";
     new PolicyPack("scratch-policy", { policies: [rule] });`,
  );
  const preview = await scratch.pulumi("preview", "--policy-pack", "policy");
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("[mandatory]  no-part");
  expect(preview.text).toContain("parts are forbidden");
});

describe("the providers", () => {
  beforeEach(() => {
    scratch.write(
      "package.json",
      JSON.stringify({
        name: "scratch",
        type: "module",
        dependencies: { "@pulumi/kafka": "*", "@pulumi/snowflake": "*" },
      }),
    );
  });

  test("are found at the versions that the SDKs ask for, without a warning", async () => {
    scratch.write("infra/index.ts", "");
    const about = await scratch.pulumi("about", "--json");
    const { plugins } = JSON.parse(about.stdout) as { plugins: { name: string; version: string }[] };
    expect(Object.fromEntries(plugins.map(({ name, version }) => [name, version]))).toEqual({
      kafka: "3.13.2",
      snowflake: "1.3.0",
      nodejs: "3.246.0",
    });
    expect(about.text).not.toContain("from $PATH");
  });

  test("Kafka's checks and plans a topic and an ACL, under the SDK's names", async () => {
    scratch.write(
      "infra/index.ts",
      `import * as kafka from "@pulumi/kafka";
       const provider = new kafka.Provider("k", { bootstrapServers: ["127.0.0.1:9"], tlsEnabled: false });
       const topic = new kafka.Topic("t", { name: "events", partitions: 3, replicationFactor: 1 }, { provider });
       new kafka.Acl("a", {
         aclResourceName: topic.name, aclResourceType: "Topic", aclPrincipal: "User:x", aclHost: "*",
         aclOperation: "Read", aclPermissionType: "Allow",
       }, { provider });`,
    );
    const preview = await scratch.pulumi("preview", "--diff");
    expect(preview.text).toMatch(/partitions\s*: 3/);
    expect(preview.text).toMatch(/aclResourceName\s*: "events"/);
    expect(preview).toMatchObject({ code: 0, text: expect.stringMatching(/4 to create/) });
  });

  test("Snowflake's goes to the host and port that it was given, and says when nobody is there", async () => {
    scratch.write(
      "infra/index.ts",
      `import * as snowflake from "@pulumi/snowflake";
       const provider = new snowflake.Provider("s", {
         organizationName: "o", accountName: "a", user: "u", password: "sesame", protocol: "http",
         host: "127.0.0.1", port: 9, loginTimeout: 1, requestTimeout: 1, maxRetryCount: 0,
         previewFeaturesEnabled: ["snowflake_table_resource"],
       });
       new snowflake.Database("raw", { name: "RAW" }, { provider });`,
    );
    const preview = await scratch.pulumi("preview");
    expect(preview.code).not.toBe(0);
    expect(preview.text).toMatch(/open snowflake connection.*127\.0\.0\.1:9/);
    expect(preview.text).not.toContain("sesame");
  });
});
