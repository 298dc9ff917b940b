import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Handler, propertyNames } from "../../../../local/aws/provider/handler.ts";
import { FUNCTIONS, HANDLERS } from "../../../../local/aws/provider/registry.ts";
import { PROVIDER_VERSION } from "../../../../local/aws/provider/service.ts";

const SDK = join(import.meta.dirname, "../../../../node_modules/@pulumi/aws");

/** The text of the official SDK's class of a type, generated from the provider's schema. */
function sdkClass(type: string): string {
  return readFileSync(join(SDK, `${type.split(":")[1]}.js`), "utf8");
}

function namesIn(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, name]) => name!));
}

describe.each(Object.values(HANDLERS))("$type", (handler: Handler) => {
  const text = sdkClass(handler.type);
  const inputs = namesIn(text, /resourceInputs\["(\w+)"\] = (?:args\?|pulumi\.secret\(args)/g);
  const outputs = namesIn(text, /resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g);

  test("is a type of the official SDK, and not a deprecated one", () => {
    expect(text).toContain(`__pulumiType = '${handler.type}'`);
    expect(text).not.toContain("is deprecated: aws");
  });

  test("takes inputs by their official names only", () => {
    expect(Object.keys(handler.inputs).filter((name) => !inputs.has(name))).toEqual([]);
    expect(handler.tagged ?? false).toBe(inputs.has("tags"));
  });

  test("requires what the SDK requires", () => {
    const required = namesIn(text, /args\?\.(\w+) === undefined && !opts\.urn/g);
    const ours = Object.entries(handler.inputs).filter(([, rule]) => rule.required);
    expect(ours.map(([name]) => name).sort()).toEqual([...required].sort());
  });

  test("gives outputs by their official names only, and every one that is only an output", () => {
    expect(propertyNames(handler).filter((name) => !inputs.has(name) && !outputs.has(name))).toEqual([]);
    const missing = [...outputs].filter((name) => !propertyNames(handler).includes(name));
    // A bucket of today has no website.
    expect(missing.filter((name) => !name.startsWith("website"))).toEqual([]);
  });
});

test.each(Object.keys(FUNCTIONS))("%s is a function of the official SDK", (token) => {
  const module = token.split(":")[1]!.replace(/^index\//, "");
  expect(readFileSync(join(SDK, `${module}.js`), "utf8")).toContain(`"${token}"`);
});

test("the version is that of the SDK", () => {
  expect(JSON.parse(readFileSync(join(SDK, "package.json"), "utf8")).version).toBe(PROVIDER_VERSION);
});
