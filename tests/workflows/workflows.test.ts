// What CI does, as far as it can be seen here: the stack's variables are given, nothing long-lived opens AWS, and the
// review's comment is found again.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { readStackFile } from "../../infra/config/read-stack-file.ts";
import { requireVariables } from "../../infra/config/variables.ts";
import { Problems } from "../../infra/errors.ts";
import { keyVariable } from "../../infra/service-keys.ts";

const ROOT = join(import.meta.dirname, "..", "..");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  if?: string;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  env?: Record<string, string>;
  jobs: Record<string, { if?: string; steps: Step[]; env?: Record<string, string> }>;
}
const text = (name: string): string =>
  readFileSync(join(ROOT, ".github", "workflows", `${name}.yml`), "utf8");
const workflow = (name: string): Workflow => parse(text(name)) as Workflow;
const stepsOf = (name: string): Step[] => Object.values(workflow(name).jobs).flatMap((job) => job.steps);

describe.each(["deploy", "drift"])("%s", (name) => {
  test("has every variable that the production stack leaves to the environment", () => {
    const problems = new Problems();
    const config = readStackFile(ROOT, "prod", problems);
    problems.throwIfAny();
    const env = workflow(name).env ?? {};
    const missing = new Problems();
    requireVariables(config!, env, "Pulumi.prod.yaml", missing);
    expect(missing.list).toEqual([]);
    for (const user of Object.keys(config!.serviceUsers)) expect(env).toHaveProperty(keyVariable(user));
    for (const variable of ["SNOWFLAKE_USER", "SNOWFLAKE_PRIVATE_KEY", "PULUMI_BACKEND_URL"])
      expect(env).toHaveProperty(variable);
  });

  test("logs in to AWS by OIDC and to Snowflake by a key pair; no AWS key or password is stored", () => {
    const { permissions, env } = workflow(name);
    expect(permissions["id-token"]).toBe("write");
    expect(env?.["SNOWFLAKE_AUTHENTICATOR"]).toBe("SNOWFLAKE_JWT");
    const aws = stepsOf(name).filter((step) =>
      step.uses?.startsWith("aws-actions/configure-aws-credentials"),
    );
    expect(aws.length).toBeGreaterThan(0);
    for (const step of aws)
      expect(Object.keys(step.with ?? {}).sort()).toEqual(["aws-region", "role-to-assume"]);
    expect(text(name)).not.toMatch(/AWS_(SECRET_)?ACCESS_KEY|PASSWORD|PULUMI_ACCESS_TOKEN/);
  });
});

test("policy runs in preview and in up, from the same pack", () => {
  const pulumi = stepsOf("deploy").filter((step) => step.uses?.startsWith("pulumi/actions"));
  expect(pulumi.map((step) => [step.with?.["command"], step.with?.["policyPacks"]])).toEqual([
    ["preview", "policy"],
    ["up", "policy"],
  ]);
});

test("a review has both revisions, no credential, and fails where policy refuses", () => {
  const checkout = stepsOf("review").find((step) => step.uses?.startsWith("actions/checkout"));
  expect(checkout?.with).toEqual({ "fetch-depth": 0 });
  expect(text("review")).not.toContain("secrets.");
  expect(stepsOf("review").some((step) => step.run?.includes("--fail-on stop"))).toBe(true);
});

describe("the review's comment", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "firn-comment-"));
    writeFileSync(join(folder, "review.md"), "<!-- firn-review prod -->\n\n## A review\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the step with a `gh` that knows these comments, and tells what it was asked to write. */
  function comment(existing: { id: number; body: string }[]): string[] {
    const script = stepsOf("review").find((step) => step.run?.includes("startswith($mark)"))?.run ?? "";
    writeFileSync(join(folder, "comments.json"), JSON.stringify(existing));
    writeFileSync(
      join(folder, "gh"),
      '#!/bin/sh\ncase "$*" in *--paginate*) cat comments.json ;; *) echo "$*" >> asked ;; esac\n',
    );
    chmodSync(join(folder, "gh"), 0o755);
    execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env["PATH"]}`,
        COMMENTS: "repos/acme/firn/issues/7/comments",
        GITHUB_REPOSITORY: "acme/firn",
      },
    });
    return readFileSync(join(folder, "asked"), "utf8").trim().split("\n");
  }

  test("is written where there is none yet, whatever else is there", () => {
    expect(comment([{ id: 3, body: "<!-- firn-review staging -->\nother" }])).toEqual([
      "api repos/acme/firn/issues/7/comments -F body=@review.md --silent",
    ]);
  });

  test("is updated in place where it is there already", () => {
    expect(
      comment([
        { id: 3, body: "a person says: <!-- firn-review prod -->" },
        { id: 5, body: "<!-- firn-review prod -->\nold" },
      ]),
    ).toEqual(["api --method PATCH repos/acme/firn/issues/comments/5 -F body=@review.md --silent"]);
  });
});
