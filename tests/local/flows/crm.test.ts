import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Crm, type Write } from "../../../local/flows/crm.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "firn-crm-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const AT = "2026-03-03T23:59:59.999+0000";
const open = () =>
  new Crm(join(dir, "crm.json"), (_, id) =>
    id.startsWith("001") ? { deleted: id.endsWith("X") } : undefined,
  );
const upsert = (key: string, fields: Record<string, string | number> = {}): Write => ({
  object: "Score__c",
  operation: "UPSERT",
  externalId: "Key__c",
  record: { Key__c: key, ...fields },
});

test("an upsert makes a record once and then changes it: the Id stays", () => {
  const crm = open();
  expect(crm.write(upsert("a", { S__c: 1 }), AT)).toBeUndefined();
  const [made] = crm.written()["Score__c"]!;
  expect(crm.write(upsert("a", { S__c: 2 }), "2026-03-04T23:59:59.999+0000")).toBeUndefined();
  expect(crm.written()["Score__c"]).toEqual([
    { ...made, fields: { Key__c: "a", S__c: 2 }, modifiedAt: "2026-03-04T23:59:59.999+0000" },
  ]);
});

test("the same record again modifies nothing", () => {
  const crm = open();
  crm.write(upsert("a", { S__c: 1 }), AT);
  crm.write(upsert("a", { S__c: 1 }), "2026-03-09T00:00:00.000+0000");
  expect(crm.written()["Score__c"]![0]!.modifiedAt).toBe(AT);
});

test("fields that a write leaves out stay", () => {
  const crm = open();
  crm.write(upsert("a", { S__c: 1, T__c: 2 }), AT);
  crm.write(upsert("a", { S__c: 3 }), AT);
  expect(crm.written()["Score__c"]![0]!.fields).toEqual({ Key__c: "a", S__c: 3, T__c: 2 });
});

test.each([
  ["an account that does not exist", "Account", "UPDATE", "Id", "009", "INVALID_CROSS_REFERENCE_KEY"],
  ["an account that was deleted", "Account", "UPDATE", "Id", "001X", "ENTITY_IS_DELETED"],
  ["a standard object by a field it does not have", "Account", "UPSERT", "Key__c", "1", "INVALID_TYPE"],
  [
    "an update of a record that nobody made",
    "Score__c",
    "UPDATE",
    "Key__c",
    "1",
    "INVALID_CROSS_REFERENCE_KEY",
  ],
  ["no external id", "Score__c", "UPSERT", "Key__c", "", "MISSING_ARGUMENT"],
] as const)("%s is refused, and nothing is written", (_, object, operation, externalId, key, code) => {
  const crm = open();
  expect(crm.write({ object, operation, externalId, record: { [externalId]: key } }, AT)?.code).toBe(code);
  expect(crm.written()).toEqual({});
});

test("what is saved is there again, and what was not saved is not", () => {
  const crm = open();
  crm.write(upsert("a"), AT);
  crm.flow("f").files["k"] = "etag";
  crm.save();
  crm.write(upsert("b"), AT);
  const again = open();
  expect(again.written()["Score__c"]!.map((one) => one.fields["Key__c"])).toEqual(["a"]);
  expect(again.flow("f").files).toEqual({ k: "etag" });
});

test("any writes, each repeated any number of times, end as each once; every record has an Id of its own", () => {
  const write = fc.record({
    object: fc.constantFrom("Score__c", "Usage__c"),
    key: fc.constantFrom("a", "b", "c"),
    value: fc.nat(3),
    times: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 20 }), (writes) => {
      const [once, often] = [
        new Crm(join(dir, "none"), () => undefined),
        new Crm(join(dir, "none"), () => undefined),
      ];
      for (const { object, key, value, times } of writes) {
        const one: Write = { ...upsert(key, { V__c: value }), object };
        once.write(one, AT);
        for (let n = 0; n < times; n++) often.write(one, AT);
      }
      expect(often.written()).toEqual(once.written());
      const ids = Object.values(once.written()).flatMap((records) => records.map((record) => record.id));
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});
