import fc from "fast-check";
import { checkInputs } from "../../../../local/aws/provider/check.ts";
import { diffInputs } from "../../../../local/aws/provider/diff.ts";
import { getPolicyDocument } from "../../../../local/aws/provider/functions/policy-document.ts";
import { HANDLERS } from "../../../../local/aws/provider/registry.ts";
import { inputsOf, settle } from "../../../../local/aws/provider/state.ts";
import {
  covers,
  coversAsSet,
  hasUnknown,
  type Json,
  type Properties,
  sameDocument,
  UNKNOWN,
} from "../../../../local/aws/provider/values.ts";

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const options = { seed: 11, numRuns: 200 };

/** The same value with the keys of its objects in another order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  );
}

test("everything covers itself, and a larger object a smaller one", () => {
  fc.assert(
    fc.property(json, (value) => covers(value, value) && coversAsSet(value, value)),
    options,
  );
  expect(covers({ a: 1, b: 2 }, { a: 1 })).toBe(true);
  expect(covers({ a: 1 }, { a: 1, b: 2 })).toBe(false);
  expect(covers([1, 2], [1])).toBe(false);
  expect(covers("30", 30)).toBe(true);
  expect(covers(["b", "a"], ["a", "b"])).toBe(false);
  expect(coversAsSet(["b", "a"], ["a", "b"])).toBe(true);
  expect(coversAsSet(["a", "a"], ["a", "b"])).toBe(false);
});

test("a document is the same however its keys are ordered, and another when a value differs", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (value) =>
      sameDocument(JSON.stringify(value), JSON.stringify(reordered(value), null, 2)),
    ),
    options,
  );
  expect(sameDocument('{"Action":["a"]}', '{"Action":"a"}')).toBe(true);
  expect(sameDocument('{"Action":["a","b"]}', '{"Action":["b","a"]}')).toBe(true);
  expect(sameDocument('{"Action":"a"}', '{"Action":"b"}')).toBe(false);
  expect(sameDocument("not json", "not  json")).toBe(false);
});

test("an unknown is found wherever it is", () => {
  fc.assert(
    fc.property(json, (value) => hasUnknown([{ a: value, b: [UNKNOWN] }]) && !hasUnknown(value)),
    options,
  );
});

/** What AWS would tell of a role, as the handler reads it. */
const role = HANDLERS["aws:iam/role:Role"]!;
const ACTUAL: Properties = {
  name: "r",
  arn: "arn:r",
  assumeRolePolicy: '{"a":["1"]}',
  description: "",
  maxSessionDuration: 3600,
  path: "/",
  tagsAll: { team: "data", own: "1" },
};

test("the state keeps the wording of the inputs, and the inputs follow what drifted", () => {
  const inputs: Properties = { name: "r", assumeRolePolicy: '{"a":"1"}', tags: { own: "1" } };
  const state = settle(role, ACTUAL, inputs, { team: "data" });
  expect(state).toMatchObject({ assumeRolePolicy: '{"a":"1"}', tags: { own: "1" } });
  expect(inputsOf(role, state, inputs)).toEqual(inputs);
  expect(diffInputs(role, state, inputs, inputs, { team: "data" })).toEqual([]);
  const drifted = settle(role, { ...ACTUAL, maxSessionDuration: 7200 }, inputs, { team: "data" });
  const after = inputsOf(role, drifted, inputs);
  expect(after).toEqual({ ...inputs, maxSessionDuration: 7200 });
  expect(diffInputs(role, drifted, after, inputs, { team: "data" })).toEqual([
    { property: "maxSessionDuration", kind: "delete", replaces: false },
  ]);
});

test("an import has the inputs that are not AWS's own choice", () => {
  expect(inputsOf(role, settle(role, ACTUAL, {}, {}), {})).toEqual({
    name: "r",
    assumeRolePolicy: '{"a":["1"]}',
    tags: { team: "data", own: "1" },
  });
});

test("a drawn name keeps to the length that AWS takes", () => {
  const { inputs } = checkInputs(role, `urn:pulumi:s::p::t::${"x".repeat(100)}`, {}, {}, new Uint8Array([1]));
  expect(String(inputs["name"])).toHaveLength(64);
});

test("a policy document overrides statements by their Sid", async () => {
  const source = JSON.stringify({
    Statement: [
      { Sid: "a", Effect: "Allow" },
      { Sid: "b", Effect: "Allow" },
    ],
  });
  const override = JSON.stringify({ Statement: { Sid: "b", Effect: "Deny" } });
  const result = await getPolicyDocument(undefined as never, {
    sourcePolicyDocuments: [source],
    overridePolicyDocuments: [override],
  });
  expect(JSON.parse(String(result["json"]))["Statement"]).toEqual([
    { Sid: "a", Effect: "Allow" },
    { Sid: "b", Effect: "Deny" },
  ]);
});
