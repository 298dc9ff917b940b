import {
  describeExit,
  launchProgram,
  nodeArguments,
  type RunSpec,
} from "../../../../local/engine/language-host/program.ts";

const spec: RunSpec = {
  monitor: "127.0.0.1:1",
  engine: "127.0.0.1:2",
  organization: "organization",
  project: "firn",
  stack: "local",
  rootDirectory: "/work/p",
  pwd: "/work/p/infra",
  entryPoint: "index.ts",
  dryRun: false,
  parallel: 16,
  args: [],
  config: { "firn:n": "1" },
  secretKeys: [],
  options: {},
};

describe("launchProgram", () => {
  test("passes what the run module wants, the program last", () => {
    expect(launchProgram(spec, "/sdk/run.js").args).toEqual([
      "/sdk/run.js",
      ...["--monitor", "127.0.0.1:1", "--engine", "127.0.0.1:2", "--organization", "organization"],
      ...["--root-directory", "/work/p", "--project", "firn", "--stack", "local", "--pwd", "/work/p/infra"],
      ...["--parallel", "16", "index.ts"],
    ]);
  });

  test("a preview is a dry run, and an absent main is the folder itself", () => {
    const { args } = launchProgram({ ...spec, dryRun: true, entryPoint: "" }, "/sdk/run.js");
    expect(args).toContain("--dry-run");
    expect(args.at(-1)).toBe(".");
  });

  test("configuration and the names of its secrets go through the environment", () => {
    const { env } = launchProgram({ ...spec, secretKeys: ["firn:key"] }, "/sdk/run.js");
    expect(JSON.parse(env["PULUMI_CONFIG"] ?? "")).toEqual({ "firn:n": "1" });
    expect(JSON.parse(env["PULUMI_CONFIG_SECRET_KEYS"] ?? "")).toEqual(["firn:key"]);
  });

  test("TypeScript through ts-node is on unless Pulumi.yaml says otherwise, as with the official host", () => {
    expect(launchProgram(spec, "m").env["PULUMI_NODEJS_TYPESCRIPT"]).toBe("true");
    const native = launchProgram({ ...spec, options: { typescript: false } }, "m");
    expect(native.env["PULUMI_NODEJS_TYPESCRIPT"]).toBe("false");
  });

  test("nodeargs come before the module", () => {
    const options = { nodeargs: "  --max-old-space-size=4096  --trace-warnings " };
    expect(nodeArguments(options)).toEqual(["--max-old-space-size=4096", "--trace-warnings"]);
    expect(launchProgram({ ...spec, options }, "m").args.slice(0, 3)).toEqual([
      "--max-old-space-size=4096",
      "--trace-warnings",
      "m",
    ]);
  });
});

test.each([
  ["success", 0, null, { error: "", bail: false }],
  ["a failure that the user was told of", 32, null, { error: "", bail: true }],
  ["a crash", 1, null, { error: "Program exited with non-zero exit code: 1", bail: false }],
  ["a kill", null, "SIGKILL", { error: "The program was ended by SIGKILL", bail: false }],
] as const)("the end of a program: %s", (_name, code, signal, expected) => {
  expect(describeExit(code, signal)).toEqual(expected);
});
