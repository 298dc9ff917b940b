// The whole preparation with a pretended Go and a pretended official installation; the real ones are in the wire tests.

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { inspectEngine, prepareEngine } from "../../../local/engine/prepare.ts";
import type { ProgressEvent } from "../../../local/progress.ts";

const outside = { PATH: process.env["PATH"], PULUMI_HOME: process.env["PULUMI_HOME"] };
let folder: string;
let cacheDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "firn-prepare-"));
  cacheDir = join(folder, "cache");
  mkdirSync(join(folder, "bin"));
  process.env["PATH"] = join(folder, "bin"); // neither a real pulumi nor a real Go is seen
  process.env["PULUMI_HOME"] = join(folder, "pulumi-home");
});

afterEach(() => {
  Object.assign(process.env, outside);
  if (outside.PULUMI_HOME === undefined) delete process.env["PULUMI_HOME"];
  rmSync(folder, { recursive: true, force: true });
});

function install(file: string, script: string): string {
  const path = join(folder, file);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A Go that "builds" by writing the programs; `building` is run at the start of a build. */
function installGo(building = ""): void {
  install(
    "bin/go",
    `case "$1" in
      env) echo '{"GOVERSION":"go9.9.9","GOTOOLCHAIN":"local","GOCACHE":"/tmp"}' ;;
      list) echo "go: downloading example.com/m v1.0.0" >&2; echo a/b; echo c/d ;;
      build)
        echo built >> ${folder}/builds
        ${building}
        echo a/b >&2; echo c/d >&2
        while [ "$1" != -o ]; do shift; done
        out=$2; shift; shift
        for package in "$@"; do program=$out$(basename $package); echo '#!/bin/sh' > $program; chmod 755 $program; done ;;
    esac`,
  );
}

const builds = () => readFileSync(join(folder, "builds"), "utf8").trim().split("\n").length;
const leftovers = () =>
  readdirSync(join(cacheDir, "engine")).filter((name) => name.startsWith("tmp-") || name.startsWith("lock"));

test("what can be neither found nor downloaded is built once, and is then in the cache", async () => {
  installGo();
  const events: ProgressEvent[] = [];
  const engine = await prepareEngine({ cacheDir, download: false, progress: (event) => events.push(event) });
  expect(engine.origin).toEqual({
    pulumi: "build",
    "language-nodejs": "stand-in",
    policy: "stand-in",
    snowflake: "build",
    kafka: "build",
    aws: "missing",
  });
  expect(readdirSync(engine.pathEntries[0] ?? "").sort()).toEqual([
    "node",
    "pulumi",
    "pulumi-language-nodejs",
  ]);
  expect(readdirSync(join(engine.env["PULUMI_HOME"] ?? "", "plugins")).sort()).toEqual([
    "resource-kafka-v3.13.2",
    "resource-snowflake-v1.3.0",
  ]);
  expect(events).toContainEqual(
    expect.objectContaining({
      step: "engine: build",
      detail: expect.stringContaining("c/d"),
      done: 2,
      total: 2,
    }),
  );
  const again = await prepareEngine({ cacheDir, download: false });
  expect(again).toMatchObject({ pulumi: engine.pulumi, origin: { pulumi: "cache", snowflake: "cache" } });
  expect(builds()).toBe(1);
  expect(leftovers()).toEqual([]);
});

test("two at once build once", async () => {
  installGo("sleep 0.3");
  const [one, two] = await Promise.all([
    prepareEngine({ cacheDir, download: false }),
    prepareEngine({ cacheDir, download: false }),
  ]);
  expect(one.pulumi).toBe(two.pulumi);
  expect(builds()).toBe(1);
  expect(leftovers()).toEqual([]);
});

test("killed in the middle of a build, the next run starts over and leaves nothing behind", async () => {
  installGo(`echo $$ > ${join(folder, "go.pid")}; exec sleep 300`);
  const script = `import(${JSON.stringify(join(import.meta.dirname, "../../../local/engine/prepare.ts"))})
    .then(({ prepareEngine }) => prepareEngine({ cacheDir: ${JSON.stringify(cacheDir)}, download: false }))`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env }, // a test's own variables are not those of its process
    stdio: "ignore",
  });
  await appears(join(folder, "go.pid"));
  child.kill("SIGKILL");
  await once(child, "exit");
  process.kill(Number(readFileSync(join(folder, "go.pid"), "utf8")), "SIGKILL");
  expect(leftovers().length).toBeGreaterThan(1);
  installGo();
  const engine = await prepareEngine({ cacheDir, download: false });
  expect(engine.origin.pulumi).toBe("build");
  expect(leftovers()).toEqual([]);
});

async function appears(file: string): Promise<void> {
  if (existsSync(file)) return;
  const watcher = watch(join(file, ".."));
  try {
    while (!existsSync(file)) await once(watcher, "change");
  } finally {
    watcher.close();
  }
}

test("a cancelled build leaves nothing behind", async () => {
  installGo("exec sleep 300");
  const controller = new AbortController();
  const progress = (event: ProgressEvent) => {
    if (event.step === "engine: build") controller.abort();
  };
  const preparing = prepareEngine({ cacheDir, download: false, progress, signal: controller.signal });
  await expect(preparing).rejects.toMatchObject({ code: "cancelled" });
  expect(leftovers()).toEqual([]);
});

test("a build that fails says why, and the next one may succeed", async () => {
  installGo('echo "write /c/x: no space left on device" >&2; exit 1');
  await expect(prepareEngine({ cacheDir, download: false })).rejects.toMatchObject({ code: "disk-full" });
  expect(leftovers()).toEqual([]);
  installGo();
  expect((await prepareEngine({ cacheDir, download: false })).origin.pulumi).toBe("build");
});

test("a cache that cannot be written is named", async () => {
  installGo();
  writeFileSync(cacheDir, "a file where the folder should be");
  await expect(prepareEngine({ cacheDir, download: false })).rejects.toMatchObject({
    code: "cache-unwritable",
    message: expect.stringContaining(cacheDir),
  });
});

describe("an official installation", () => {
  let pulumi: string;

  beforeEach(() => {
    installGo();
    pulumi = install("opt/pulumi", "echo v3.250.0");
    install("opt/pulumi-language-nodejs", "");
    install("pulumi-home/plugins/resource-snowflake-v1.9.0/pulumi-resource-snowflake", "");
    writeFileSync(join(folder, "pulumi-home/plugins/resource-snowflake-v1.9.0/extra"), "");
    install("pulumi-home/plugins/resource-snowflake-v2.0.0/pulumi-resource-snowflake", "");
    install("pulumi-home/plugins/resource-aws-v7.50.0/pulumi-resource-aws", "");
    process.env["PATH"] += delimiter + join(folder, "opt");
  });

  test("is used as it is; only what is missing is built", async () => {
    const engine = await prepareEngine({ cacheDir, download: false, awsStandIn: "/aws.ts" });
    expect(engine.pulumi).toBe(pulumi);
    expect(engine.pathEntries.at(-1)).toBe(join(folder, "opt"));
    expect(engine.origin).toEqual({
      pulumi: "path",
      "language-nodejs": "path",
      policy: "path",
      snowflake: "path",
      kafka: "build",
      aws: "path",
    });
    const plugins = join(engine.env["PULUMI_HOME"] ?? "", "plugins");
    expect(readdirSync(plugins).sort()).toEqual([
      "resource-aws-v7.50.0",
      "resource-kafka-v3.13.2",
      "resource-snowflake-v1.9.0",
    ]);
    expect(readdirSync(join(plugins, "resource-snowflake-v1.9.0")).sort()).toEqual([
      "extra",
      "pulumi-resource-snowflake",
    ]);
  });

  test("its language host gets a Node that runs TypeScript", async () => {
    const engine = await prepareEngine({ cacheDir, download: false });
    expect(readlinkSync(join(engine.pathEntries[0] ?? "", "node"))).toBe(process.execPath);
  });

  test("one that is too old is passed over, and doctor says so", async () => {
    install("opt/pulumi", "echo v3.100.0");
    const report = await inspectEngine({ cacheDir, download: false });
    expect(report.parts.pulumi).toMatchObject({ plan: "build", advice: expect.stringContaining("3.100.0") });
    expect(report.parts.snowflake).toMatchObject({ plan: "path", found: expect.stringContaining("1.9.0") });
    expect((await prepareEngine({ cacheDir, download: false })).origin.pulumi).toBe("build");
  });

  test("a plugin that is still being installed does not count", async () => {
    writeFileSync(join(folder, "pulumi-home/plugins/resource-snowflake-v1.9.0.partial"), "");
    const report = await inspectEngine({ cacheDir });
    expect(report.parts.snowflake.plan).not.toBe("path");
  });
});

test("the AWS stand-in is started by a launcher with its own Node", async () => {
  installGo();
  const engine = await prepareEngine({ cacheDir, download: false, awsStandIn: "/it's/main.ts" });
  expect(engine.origin.aws).toBe("stand-in");
  const launcher = join(engine.env["PULUMI_HOME"] ?? "", "plugins/resource-aws-v7.48.0/pulumi-resource-aws");
  expect(readFileSync(launcher, "utf8")).toBe(
    `#!/bin/sh\nexec '${process.execPath}' '/it'\\''s/main.ts' "$@"\n`,
  );
});

test("inspection changes nothing", async () => {
  const report = await inspectEngine({ cacheDir });
  expect(report).toMatchObject({ go: { usable: false, advice: expect.stringContaining("Go") } });
  expect(report.parts.pulumi.plan).toBe("download");
  expect(existsSync(cacheDir)).toBe(false);
});
