import type { LoaderSource } from "./source.ts";

/** The customer-success tool, which has no other way in than a managed loader. */
export const customerSuccess: LoaderSource = {
  kind: "loader",
  key: "customer_success",
  description: "Calls, playbooks and health of the customer-success tool, as Fivetran lays them out.",
  owner: "customer_success",
  freshness: "6 hours",
  user: "fivetran",
  warehouse: "loading",
};
