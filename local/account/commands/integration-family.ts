import type { IntegrationProps } from "../catalog/model.ts";
import { errors } from "../errors.ts";
import type { StatementContext } from "../session/context.ts";
import { listOf, type PropertyTable, text } from "./properties.ts";

/** What integrations of one category take, make and show. */
export interface Family {
  words: string;
  plural: string;
  category: IntegrationProps["category"];
  properties: PropertyTable;
  /** Keys that must be there on creation. */
  required: readonly string[];
  /** Keys whose values are secret: taken, never kept. */
  secret?: readonly string[];
  /** `type` of SHOW INTEGRATIONS. */
  typeOf(properties: Record<string, unknown>): string;
  /** Rows of DESCRIBE: key, type, default. */
  describe(
    properties: Record<string, unknown>,
  ): readonly (readonly [key: string, type: string, byDefault: string])[];
  /** What the account itself makes (external ids, users). */
  made(ctx: StatementContext, name: string, properties: Record<string, unknown>): Record<string, unknown>;
  check?(properties: Record<string, unknown>): void;
}

export const strings = listOf(text);

export const missing = (key: string) => errors.compilation("002029", "42601", `Missing option(s): [${key}]`);
