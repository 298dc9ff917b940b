import type { WarehouseProps } from "../catalog/model.ts";

/** Sizes from least to largest; credits per hour double from one to the next. */
export const SIZES = [
  "XSMALL",
  "SMALL",
  "MEDIUM",
  "LARGE",
  "XLARGE",
  "XXLARGE",
  "XXXLARGE",
  "X4LARGE",
  "X5LARGE",
  "X6LARGE",
] as const;
export type Size = (typeof SIZES)[number];

const SPELLINGS: Record<string, Size> = {
  XSMALL: "XSMALL",
  SMALL: "SMALL",
  MEDIUM: "MEDIUM",
  LARGE: "LARGE",
  XLARGE: "XLARGE",
  XXLARGE: "XXLARGE",
  X2LARGE: "XXLARGE",
  "2XLARGE": "XXLARGE",
  XXXLARGE: "XXXLARGE",
  X3LARGE: "XXXLARGE",
  "3XLARGE": "XXXLARGE",
  X4LARGE: "X4LARGE",
  "4XLARGE": "X4LARGE",
  X5LARGE: "X5LARGE",
  "5XLARGE": "X5LARGE",
  X6LARGE: "X6LARGE",
  "6XLARGE": "X6LARGE",
};

/** `X-Small`, `2XLARGE`, … as the documented keyword; undefined for what is no size. */
export function parseSize(text: string): Size | undefined {
  return SPELLINGS[text.toUpperCase().replaceAll("-", "").replaceAll("_", "").replaceAll(" ", "")];
}

/** Credits per hour of one cluster. Source: Service Consumption Table of 2026-03-31, standard and Snowpark-optimized. */
export function creditsPerHour(
  warehouse: Pick<WarehouseProps, "size" | "type" | "generation" | "resourceConstraint">,
): number {
  const size = parseSize(warehouse.size) ?? "XSMALL";
  const standard = 2 ** SIZES.indexOf(size);
  if (warehouse.type === "SNOWPARK-OPTIMIZED") return standard * 1.5;
  const second = warehouse.generation === "2" || warehouse.resourceConstraint === "STANDARD_GEN_2";
  return second ? standard * 1.35 : standard;
}

/** Credits per compute-hour or per gigabyte of what Snowflake runs by itself. */
export const SERVERLESS = {
  cloudServicesPerHour: 4.4,
  taskPerXsmallHour: 0.9,
  materializedViewPerHour: 2,
  pipePerGigabyte: 0.0037,
  streamingPerGigabyte: 0.0037,
} as const;
