// The pack as the engine runs it: `pulumi preview --policy-pack policy`, with the limits of the stack's configuration.

import { join } from "node:path";
import { type Engine, prepareEngine } from "../../local/engine/prepare.ts";
import { Scratch } from "../local/engine/support/scratch.ts";

const PACK = join(import.meta.dirname, "..", "..", "policy");
let engine: Engine;
let scratch: Scratch;

beforeAll(async () => {
  engine = await prepareEngine({});
}, 900_000);

beforeEach(async () => {
  scratch = new Scratch(engine);
  scratch.write(
    "package.json",
    JSON.stringify({ name: "scratch", type: "module", dependencies: { "@pulumi/kafka": "*" } }),
  );
  await scratch.pulumi("stack", "init", "dev");
});

afterEach(() => scratch.remove());

const program = (principal: string, protect: boolean): string => `
import { Acl } from "@pulumi/kafka/acl.js";
import { Topic } from "@pulumi/kafka/topic.js";
import { Provider } from "@pulumi/kafka/provider.js";
const provider = new Provider("kafka", { bootstrapServers: ["127.0.0.1:1"] });
new Topic("events", { name: "events", partitions: 1, replicationFactor: 1 }, { provider, protect: ${protect} });
new Acl("read", { aclResourceName: "events", aclResourceType: "Topic", aclPrincipal: "${principal}", aclHost: "*",
  aclOperation: "Read", aclPermissionType: "Allow" }, { provider });`;

const preview = () => scratch.pulumi("preview", "--policy-pack", PACK);

test("a compliant stack passes", async () => {
  scratch.write("infra/index.ts", program("User:connector", true));
  const outcome = await preview();
  expect(outcome.text).toContain("firn");
  expect(outcome).toMatchObject({ code: 0, text: expect.not.stringContaining("[mandatory]") });
});

test("a broken property is refused, with the resource and what to do", async () => {
  scratch.write("infra/index.ts", program("User:*", true));
  const outcome = await preview();
  expect(outcome.code).not.toBe(0);
  expect(outcome.text).toContain("[mandatory]  acl-no-wildcards");
  expect(outcome.text).toContain("acl read: it allows every principal. Name the principal");
});

test("limits, levels and waivers come from the stack's configuration", async () => {
  scratch.write("infra/index.ts", program("User:*", false));
  scratch.write(
    "Pulumi.dev.yaml",
    `config:
  policy:levels: { stateful-protected: advisory }
  policy:waivers:
    - { rule: acl-no-wildcards, resource: acl read, owner: security, reason: move of the brokers, expires: "2999-12-31" }
`,
  );
  const outcome = await preview();
  expect(outcome.text).toContain("[advisory]  stateful-protected");
  expect(outcome.text).toContain(
    "acl-no-wildcards is waived for acl read until 2999-12-31 by security: move of the brokers",
  );
  expect(outcome.code).toBe(0);
});
