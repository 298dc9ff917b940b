import type { Activation } from "./activation.ts";

/** How much an account uses the product, as a custom object beside the account. */
export const usageSummary: Activation = {
  key: "usage_summary",
  description: "What account managers see of an account's use of the product.",
  owner: "product",
  model: "mart.product.account_usage_summary",
  column: "account_id",
  target: {
    connector: "Salesforce",
    object: "Product_Usage__c",
    write: "upsert",
    externalId: "Account_Key__c",
    version: "Warehouse_Version__c",
  },
  fields: {
    Account__c: "account_id",
    As_Of__c: "as_of_day",
    Events_7d__c: "events_7_days",
    Events_28d__c: "events_28_days",
    Active_Days_28d__c: "active_days_28_days",
    Peak_Daily_Users_28d__c: "peak_daily_users_28_days",
    Trend__c: "trend",
    In_Use__c: "in_use",
  },
  whenGone: { In_Use__c: false, Trend__c: "Gone" },
  returns: { source: "salesforce_insights", object: "product_usage__c" },
};
