const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const INSTANCE = "5g0";

/** Salesforce's three-character key prefixes, by object. */
export const KEY_PREFIX = {
  Account: "001",
  Contact: "003",
  Opportunity: "006",
  Lead: "00Q",
  User: "005",
  Campaign: "701",
  CampaignMember: "00v",
  Directory_Org__c: "a0B",
} as const;

export type SalesforceObject = keyof typeof KEY_PREFIX;

/** The 18-character Id of the `serial`-th record of an object. */
export function salesforceId(object: SalesforceObject, serial: number): string {
  let digits = "";
  for (let rest = serial, i = 0; i < 9; i++) {
    digits = BASE62[rest % 62]! + digits;
    rest = Math.floor(rest / 62);
  }
  return withSuffix(`${KEY_PREFIX[object]}${INSTANCE}${digits}`);
}

/**
 * Appends Salesforce's case-safe suffix to a 15-character Id: of each group of five characters, read from the right,
 * one bit per upper-case letter, as one of A-Z and 0-5.
 */
export function withSuffix(id15: string): string {
  let suffix = "";
  for (let group = 0; group < 15; group += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) {
      const character = id15[group + i]!;
      if (character >= "A" && character <= "Z") bits |= 1 << i;
    }
    suffix += SUFFIX[bits];
  }
  return id15 + suffix;
}
