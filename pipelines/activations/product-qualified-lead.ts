import type { Activation } from "./activation.ts";

/** Companies whose use of the free product says that sales should talk to them. */
export const productQualifiedLead: Activation = {
  key: "product_qualified_lead",
  description: "Accounts without a paid plan that use the product enough to be called, with the reasons.",
  owner: "growth",
  model: "mart.sales.product_qualified_lead",
  column: "account_id",
  target: {
    connector: "Salesforce",
    object: "Product_Qualified_Lead__c",
    write: "upsert",
    externalId: "Account_Key__c",
    version: "Warehouse_Version__c",
  },
  fields: {
    Account__c: "account_id",
    Qualified_On__c: "qualified_on",
    Score__c: "score",
    Score_Source__c: "score_source",
    Reasons__c: "reasons",
    Status__c: "status",
  },
  optOut: "has_opted_out",
  whenGone: { Status__c: "Withdrawn", Score__c: 0 },
  returns: { source: "salesforce_insights", object: "product_qualified_lead__c" },
};
