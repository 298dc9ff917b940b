import { iamRoleArn, Names, quoted } from "../../infra/names.ts";

const account = { database: "core", schema: "customer", name: "account" } as const;

test("a stack's prefix is on everything that an account holds once", () => {
  const names = new Names("prod", "FIRN");
  expect(names.database("raw")).toBe("FIRN_RAW");
  expect(names.warehouse("bi")).toBe("FIRN_BI");
  expect(names.role("analyst", "sales")).toBe("FIRN_ANALYST_SALES");
  expect(names.accessRole("core", "customer", "read")).toBe("FIRN_CORE_CUSTOMER_READ");
  expect(names.object(account)).toEqual({ database: "FIRN_CORE", schema: "CUSTOMER", name: "ACCOUNT" });
});

test("without a prefix nothing is put before", () => {
  expect(new Names("local", "").database("core")).toBe("CORE");
});

test("streams and tasks share one schema and say whose they are", () => {
  const names = new Names("local", "");
  expect(names.stream(account, { database: "raw", schema: "salesforce", name: "account" })).toEqual({
    database: "OPS",
    schema: "PIPELINE",
    name: "CORE_CUSTOMER_ACCOUNT__RAW_SALESFORCE_ACCOUNT",
  });
  expect(names.task(account).name).toBe("CORE_CUSTOMER_ACCOUNT");
});

test("quoting doubles quotes", () => {
  expect(quoted("A", 'B"C')).toBe('"A"."B""C"');
  expect(iamRoleArn("123456789012", "r")).toBe("arn:aws:iam::123456789012:role/r");
});
