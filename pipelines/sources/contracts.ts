import type { DocumentSource } from "./source.ts";

/** Signed contracts, under the account and the opportunity that they belong to. */
export const contracts: DocumentSource = {
  kind: "documents",
  key: "contracts",
  description: "Signed contracts: `<Account Id>/<Opportunity Id>.pdf`.",
  owner: "finance",
};
