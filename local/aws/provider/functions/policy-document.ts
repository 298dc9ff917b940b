import { createHash } from "node:crypto";
import { list, type ProviderFunction, text } from "../handler.ts";
import { isEmpty, type Json, type Properties } from "../values.ts";

/** aws.iam.getPolicyDocument: statements to the text of an IAM policy. Pure. */
export const getPolicyDocument: ProviderFunction = async (_, args) => {
  const version = text(args, "version") || "2012-10-17";
  const sources = [...texts(args["sourcePolicyDocuments"]), text(args, "sourceJson")].filter(Boolean);
  const overrides = [...texts(args["overridePolicyDocuments"]), text(args, "overrideJson")].filter(Boolean);
  const policyId = text(args, "policyId");
  const document: Properties = {
    Version: version,
    ...(policyId ? { Id: policyId } : {}),
    Statement: overridden(
      [...sources.flatMap(statementsOf), ...list(args, "statements").map(toStatement)],
      overrides.flatMap(statementsOf),
    ),
  };
  const json = JSON.stringify(document, null, 2);
  return {
    ...args,
    version,
    json,
    minifiedJson: JSON.stringify(document),
    id: createHash("sha256").update(json).digest().readUInt32BE(0).toString(),
  };
};

function toStatement(statement: Properties): Properties {
  const conditions: Record<string, Record<string, Json>> = {};
  for (const condition of list(statement, "conditions")) {
    const test = text(condition, "test");
    conditions[test] = {
      ...conditions[test],
      [text(condition, "variable")]: one(texts(condition["values"])),
    };
  }
  const parts: Record<string, Json> = {
    Sid: text(statement, "sid"),
    Effect: text(statement, "effect") || "Allow",
    Action: one(texts(statement["actions"])),
    NotAction: one(texts(statement["notActions"])),
    Resource: one(texts(statement["resources"])),
    NotResource: one(texts(statement["notResources"])),
    Principal: principals(list(statement, "principals")),
    NotPrincipal: principals(list(statement, "notPrincipals")),
    Condition: conditions,
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => !isEmpty(value)));
}

function principals(given: Properties[]): Json {
  if (given.some((item) => text(item, "type") === "*")) return "*";
  const byType: Record<string, string[]> = {};
  for (const item of given) {
    byType[text(item, "type")] = [...(byType[text(item, "type")] ?? []), ...texts(item["identifiers"])];
  }
  return Object.fromEntries(Object.entries(byType).map(([type, ids]) => [type, one(ids)]));
}

/** Statements of the overriding documents take the place of those with the same Sid. */
function overridden(statements: Properties[], overrides: Properties[]): Properties[] {
  const result = [...statements];
  for (const statement of overrides) {
    const index = result.findIndex(({ Sid }) => Sid !== undefined && Sid === statement["Sid"]);
    if (index >= 0) result[index] = statement;
    else result.push(statement);
  }
  return result;
}

function statementsOf(document: string): Properties[] {
  const statement = (JSON.parse(document) as Properties)["Statement"] ?? [];
  return (Array.isArray(statement) ? statement : [statement]) as Properties[];
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function one(values: string[]): Json {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
