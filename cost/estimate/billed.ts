import type { Platform } from "../../infra/platform.ts";

/**
 * What each part of the platform costs: the services of its items, or why it is never on a bill. Exhaustive: a new part
 * that says neither does not compile. tests/cost/estimate/billed.test.ts holds the services to it.
 */
export const BILLED: Record<keyof Platform, { services: readonly string[] } | { free: string }> = {
  warehouses: { services: ["Virtual Warehouse", "Query Acceleration"] },
  tasks: { services: ["Serverless Task"] },
  pipes: { services: ["Snowpipe"] },
  connectors: { services: ["Snowpipe Streaming"] },
  tables: { services: ["Storage"] },
  landing: { services: ["Amazon S3"] },
  outbound: { services: ["Amazon S3"] },
  topics: { services: ["Amazon MSK"] },
  connect: { services: ["Amazon MSK", "AWS Secrets Manager", "Amazon CloudWatch"] },
  flows: { services: ["Amazon AppFlow"] },
  /** The right to make classifications, whose instances are stored. */
  grants: { services: ["Storage"] },
  activations: { services: ["Data Transfer"] },
  automation: { free: "roles" },
  stack: { free: "a name" },
  region: { free: "decides prices" },
  edition: { free: "decides prices" },
  protect: { free: "a setting" },
  budgets: { free: "limits that finance sets" },
  databases: { free: "their tables are billed, with their Time Travel" },
  schemas: { free: "names" },
  monitors: { free: "they limit warehouses and cost nothing" },
  roles: { free: "metadata" },
  roleGrants: { free: "metadata" },
  users: { free: "metadata" },
  governance: { free: "tags, policies and rules are metadata; they work within statements" },
  fileFormats: { free: "metadata" },
  stages: { free: "external: their files are the bucket's" },
  integrations: { free: "metadata" },
  views: { free: "computed by whoever reads them, on a warehouse" },
  streams: { free: "offsets; what they hold back is the table's storage" },
  acls: { free: "metadata of the brokers" },
  pauses: { free: "settings" },
  sources: { free: "described; their ways in are billed" },
  models: { free: "described; their tasks and tables are billed" },
  checks: { free: "run in tasks on warehouses" },
  alerts: { free: "run on warehouses, in whose figures they are" },
  notifications: { free: "mail and webhooks are called by statements on warehouses" },
  metrics: { free: "columns of models" },
  clone: { free: "a name; what its tables hold beside the originals is unknown until they change" },
  kpis: { free: "statements that people run on warehouses" },
  adopted: {
    free: "databases, schemas and users: what tables hold there is not the platform's, so nothing is told of it",
  },
};
