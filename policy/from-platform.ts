import { personalColumns } from "../infra/personal.ts";
import type { GrantTarget, Platform } from "../infra/platform.ts";
import type { IsMasked } from "./masked-columns.ts";
import type { StatefulFacts, Subject } from "./subject.ts";

/** The compiled platform as facts. What `declare` makes of it without a choice (closed buckets) is not told here. */
export function subjectsOf(platform: Platform): Subject[] {
  const access = new Set(platform.roles.filter((role) => role.kind === "access").map((role) => role.name));
  return [
    ...platform.warehouses.map(
      (each): Subject => ({
        kind: "warehouse",
        key: each.key,
        name: each.name,
        size: each.size,
        autoSuspend: each.autoSuspend,
        statementTimeout: each.statementTimeout,
        maxClusters: each.maxClusters,
        monitor: each.monitor ?? null,
      }),
    ),
    ...platform.monitors.map(
      (each): Subject => ({
        kind: "monitor",
        key: each.key,
        name: each.name,
        quota: each.credits,
        suspends: each.suspend > 0 || each.suspendImmediate > 0,
        account: each.account,
      }),
    ),
    ...platform.tasks.map(
      (each): Subject => ({
        kind: "task",
        key: each.key,
        name: each.name,
        serverless: !each.warehouse,
        maximumSize: (each as { maximumSize?: string }).maximumSize ?? null,
        timeout: each.timeout,
      }),
    ),
    ...platform.grants.map(
      (each): Subject => ({
        kind: "grant",
        key: each.key,
        name: each.key,
        to: { role: each.role },
        privileges: each.privileges,
        on: describeTarget(each.target),
      }),
    ),
    ...platform.roleGrants.map(
      (each): Subject => ({
        kind: "role grant",
        key: each.key,
        name: each.key,
        role: each.role,
        to: each.to,
        access: access.has(each.role),
      }),
    ),
    ...platform.users.map(
      (each): Subject => ({
        kind: "user",
        key: each.key,
        name: each.name,
        service: true,
        password: false,
        keyPair: each.publicKey !== "",
        networkPolicy: each.networkPolicy ?? null,
      }),
    ),
    ...automationOf(platform),
    ...columnsOf(platform),
    ...platform.acls.map(
      (each): Subject => ({
        kind: "acl",
        key: each.key,
        name: each.key,
        principal: each.principal,
        operation: each.operation,
        resource: each.resourceName,
        allow: true,
      }),
    ),
    ...stateful(platform),
  ];
}

/** Which role the deployment assumes for what. Connections are named by their roles, so that no resource tells it. */
export const automationOf = (platform: Platform): Subject[] =>
  Object.entries(platform.automation).map(
    ([key, role]): Subject => ({ kind: "automation", key, name: key, role }),
  );

/** Columns with personal data, by tag or by what SQL shows of them; by the platform's own plan whether they are masked. */
export function columnsOf(
  platform: Platform,
  isMasked: IsMasked = (_, column) => column.masking !== undefined,
): Subject[] {
  const personal = personalColumns(platform);
  return [...platform.tables, ...platform.views].flatMap((table) =>
    table.columns.flatMap((column): Subject[] => {
      const why = personal.get(table.logical)?.get(column.name.toUpperCase());
      if (why === undefined) return [];
      const masked = isMasked(table, column);
      const name = `${table.logical}.${column.name.toLowerCase()}`;
      return [{ kind: "column", key: name, name, personal: why, masked }];
    }),
  );
}

function stateful(platform: Platform): StatefulFacts[] {
  const of = (type: string, list: { key: string; name: string }[]): StatefulFacts[] =>
    list.map(({ key, name }) => ({ kind: "stateful", key, name, type, protect: platform.protect }));
  return [
    ...of("Database", platform.databases),
    ...of(
      "Schema",
      platform.schemas.map(({ key, database, schema }) => ({ key, name: `${database}.${schema}` })),
    ),
    ...of("Table", platform.tables.map(named)),
    ...of("Stage", platform.stages.map(named)),
    ...of("Kafka topic", platform.topics),
    ...(platform.landing === undefined
      ? []
      : of("Landing bucket", [{ key: "landing", name: platform.landing.bucket }])),
  ];
}

const named = (object: {
  key: string;
  database: string;
  schema: string;
  name: string;
}): { key: string; name: string } => ({
  key: object.key,
  name: `${object.database}.${object.schema}.${object.name}`,
});

/** `future TABLES in MART.SALES`, `warehouse BI`. */
export function describeTarget(target: GrantTarget): string {
  if (target.on === "account") return "the account";
  if (target.on === "future")
    return `future ${target.objects} in ${target.schema.database}.${target.schema.schema}`;
  if ("name" in target) return `${target.on} ${target.name}`;
  if ("schema" in target) return `schema ${target.schema.database}.${target.schema.schema}`;
  return `${target.on} ${target.object.database}.${target.object.schema}.${target.object.name}`;
}
