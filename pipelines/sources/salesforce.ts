import type { FileSource } from "./source.ts";

/** The CRM: full exports, once a day, with Salesforce's own field names. */
export const salesforce: FileSource = {
  kind: "files",
  key: "salesforce",
  description: "Daily full exports of the CRM.",
  objects: [
    { name: "account", description: "Companies, with their type and owner." },
    { name: "contact", description: "People at companies." },
    { name: "lead", description: "People who showed interest and are no contact yet." },
    { name: "opportunity", description: "Deals, with stage and amount." },
    {
      name: "directory_org__c",
      description: "Custom object that ties an organisation of the product to an account.",
    },
  ],
};
