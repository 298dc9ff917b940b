import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  compareVersions,
  PROVIDER_VERSIONS,
  PULUMI_VERSION,
  satisfies,
} from "../../../local/engine/versions.ts";

const root = join(import.meta.dirname, "..", "..", "..");

describe("the versions that are prepared", () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };

  test("are those of the SDKs in package.json", () => {
    expect(dependencies["@pulumi/pulumi"]).toBe(PULUMI_VERSION);
    for (const [name, version] of Object.entries(PROVIDER_VERSIONS)) {
      expect([name, dependencies[`@pulumi/${name}`]]).toEqual([name, version]);
    }
  });

  test("are those of the Go module", () => {
    const goMod = readFileSync(join(root, "local/engine/go/go.mod"), "utf8");
    expect(goMod).toContain(`github.com/pulumi/pulumi/pkg/v3 v${PULUMI_VERSION}`);
    expect(goMod).toContain(`github.com/pulumi/pulumi/sdk/v3 v${PULUMI_VERSION}`);
  });
});

test.each([
  ["3.246.0", "3.246.0", true],
  ["v3.250.1", "3.246.0", true],
  ["3.245.9", "3.246.0", false],
  ["4.0.0", "3.246.0", false],
  ["", "3.246.0", false],
])("%s can stand in for %s: %s", (found, wanted, expected) => {
  expect(satisfies(found, wanted)).toBe(expected);
});

test("versions are ordered by their numbers, not by their letters", () => {
  const version = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300));
  fc.assert(
    fc.property(version, version, (a, b) => {
      const firstDifference = a.map((n, i) => n - (b[i] ?? 0)).find((d) => d !== 0) ?? 0;
      expect(Math.sign(compareVersions(`v${a.join(".")}`, b.join(".")))).toBe(Math.sign(firstDifference));
    }),
    { seed: 1 },
  );
});
