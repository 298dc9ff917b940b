import type { Activation } from "./activation.ts";

/** The health of a customer, on the account itself: an update by Id, so that no account is ever made from here. */
export const healthScore: Activation = {
  key: "health_score",
  description: "Health of each customer, for renewals and for whom customer success calls first.",
  owner: "customer_success",
  model: "mart.customer_success.account_health",
  column: "account_id",
  target: {
    connector: "Salesforce",
    object: "Account",
    write: "update",
    externalId: "Id",
    version: "Warehouse_Version__c",
  },
  fields: {
    Health_Score__c: "health_score",
    Health_Band__c: "health_band",
    Health_Reasons__c: "reasons",
    Health_Source__c: "score_source",
  },
  whenGone: { Health_Band__c: "None", Health_Score__c: 0, Health_Reasons__c: "No customer." },
  returns: { source: "salesforce", object: "account" },
};
