import { type PolicyConfig, parsePolicyConfig } from "../../policy/config.ts";
import { evaluate } from "../../policy/evaluate.ts";
import type { Finding } from "../../policy/finding.ts";
import type { Subject } from "../../policy/subject.ts";

export const TODAY = "2026-11-23";

export const CONFIG: PolicyConfig = parsePolicyConfig({
  limits: {
    warehouseOwners: { transform: "data" },
    departments: { data: { maxSize: "LARGE", maxClusters: 2 } },
    replacements: ["Stream OPS.PIPELINE.DECLARED"],
  },
});

/** A stack that every rule is content with; tests break it in one property. */
export const COMPLIANT: { [K in Subject["kind"]]: Extract<Subject, { kind: K }> } = {
  warehouse: {
    kind: "warehouse",
    key: "transform",
    name: "TRANSFORM",
    size: "LARGE",
    autoSuspend: 60,
    statementTimeout: 3600,
    maxClusters: 2,
    monitor: "GUARD",
  },
  monitor: { kind: "monitor", key: "guard", name: "GUARD", quota: 100, suspends: true, account: false },
  task: { kind: "task", key: "t", name: "T", serverless: true, maximumSize: "SMALL", timeout: 600 },
  grant: {
    kind: "grant",
    key: "g",
    name: "g",
    to: { role: "ANALYST" },
    privileges: ["SELECT"],
    on: "table X",
  },
  "role grant": {
    kind: "role grant",
    key: "r",
    name: "r",
    role: "ANALYST",
    to: { user: "SOMEBODY" },
    access: false,
  },
  user: {
    kind: "user",
    key: "u",
    name: "SERVICE",
    service: true,
    password: false,
    keyPair: true,
    networkPolicy: "OFFICE",
  },
  automation: { kind: "automation", key: "objects", name: "objects", role: "SYSADMIN" },
  column: { kind: "column", key: "c", name: "core.x.email", personal: "tagged", masked: true },
  bucket: {
    kind: "bucket",
    key: "landing",
    name: "landing",
    publicAccessBlocked: true,
    encrypted: true,
    tlsOnly: true,
    versioned: true,
  },
  iam: {
    kind: "iam",
    key: "i",
    name: "i",
    statements: [
      {
        effect: "Allow",
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::landing/*"],
        principals: [],
        conditional: false,
      },
    ],
  },
  acl: {
    kind: "acl",
    key: "a",
    name: "a",
    principal: "User:connector",
    operation: "Read",
    resource: "product.events",
    allow: true,
  },
  stateful: { kind: "stateful", key: "s", name: "RAW", type: "Database", protect: true },
  replacement: {
    kind: "replacement",
    key: "p",
    name: "OPS.PIPELINE.DECLARED",
    type: "Stream",
    forcedBy: ["table"],
  },
};

/** Findings of the compliant stack with some properties changed in the subject of one kind. */
export function findingsWith<K extends Subject["kind"]>(
  kind: K,
  over: Partial<Extract<Subject, { kind: K }>>,
  config = CONFIG,
): Finding[] {
  const subjects = Object.values({ ...COMPLIANT, [kind]: { ...COMPLIANT[kind], ...over } }) as Subject[];
  return evaluate(subjects, config, TODAY);
}
