import { salesforceId, withSuffix } from "../../../local/data/crm/salesforce-id.ts";

test.each([
  // 15 characters, and the 18 that Salesforce makes of them.
  ["001A0000006Vm9r", "001A0000006Vm9rIAC"],
  ["00130000005XKRa", "00130000005XKRaAAO"],
  ["000000000000000", "000000000000000AAA"],
  ["AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA555"],
])("the case-safe suffix of %s", (id15, id18) => {
  expect(withSuffix(id15)).toBe(id18);
});

test("Ids carry the object's key prefix and differ by number", () => {
  expect(salesforceId("Opportunity", 0)).toBe("0065g0000000000AAA");
  expect(salesforceId("Lead", 61).slice(0, 15)).toBe("00Q5g000000000z");
  expect(salesforceId("Directory_Org__c", 62).slice(0, 15)).toBe("a0B5g0000000010");
});
