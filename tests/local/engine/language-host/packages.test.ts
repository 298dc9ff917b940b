import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programDependencies, requiredPackages } from "../../../../local/engine/language-host/packages.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "firn-packages-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(folder: string, manifest: object): void {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, "package.json"), JSON.stringify(manifest));
}

test("plugins are named by the packages of the project, seen from the folder of its program", () => {
  write(".", { dependencies: { "@pulumi/kafka": "1", zod: "1" }, devDependencies: { "@acme/thing": "1" } });
  write("node_modules/zod", { name: "zod", version: "4.0.0" });
  write("node_modules/@pulumi/kafka", {
    name: "@pulumi/kafka",
    version: "3.13.2",
    pulumi: { resource: true },
  });
  write("node_modules/@acme/thing", {
    name: "@acme/thing",
    version: "9.9.9",
    pulumi: { resource: true, name: "thing", version: "v2.0.0", server: "https://plugins.example" },
  });
  mkdirSync(join(root, "infra"));
  expect(requiredPackages(join(root, "infra"))).toEqual([
    { name: "kafka", version: "v3.13.2", server: "" },
    { name: "thing", version: "v2.0.0", server: "https://plugins.example" },
  ]);
});

test("plugins behind a component package are found; packages that are not Pulumi's are not searched", () => {
  write(".", { dependencies: { components: "1", other: "1" } });
  write("node_modules/components", {
    version: "1.0.0",
    dependencies: { "@pulumi/pulumi": "3", "@pulumi/aws": "7" },
  });
  write("node_modules/components/node_modules/@pulumi/aws", {
    name: "@pulumi/aws",
    version: "7.48.0",
    pulumi: { resource: true },
  });
  write("node_modules/other", { version: "1.0.0", dependencies: { hidden: "1" } });
  write("node_modules/hidden", { name: "hidden", version: "1.0.0", pulumi: { resource: true } });
  expect(requiredPackages(root).map(({ name }) => name)).toEqual(["aws"]);
});

test("dependencies are those of package.json, and with transitive also theirs; a cycle ends", () => {
  write(".", { dependencies: { a: "1", absent: "1" } });
  write("node_modules/a", { version: "1.0.0", dependencies: { b: "2" } });
  write("node_modules/b", { version: "2.0.0", dependencies: { a: "1" } });
  expect(programDependencies(root, false)).toEqual([{ name: "a", version: "1.0.0" }]);
  expect(programDependencies(root, true).map(({ name }) => name)).toEqual(["a", "b"]);
});

test("a folder without a package.json above it needs nothing", () => {
  expect(requiredPackages(join(root, "nowhere"))).toEqual([]);
});
