/** Every source that a stack may enable, by key. */
import { ads } from "./ads.ts";
import { billing } from "./billing.ts";
import { console } from "./console.ts";
import { contracts } from "./contracts.ts";
import { customerSuccess } from "./customer-success.ts";
import { experiments } from "./experiments.ts";
import { marketing } from "./marketing.ts";
import { product } from "./product.ts";
import { campaigns, insights, salesforce } from "./salesforce.ts";
import type { Source } from "./source.ts";
import { support } from "./support.ts";

export const SOURCES: readonly Source[] = [
  salesforce,
  product,
  campaigns,
  insights,
  marketing,
  ads,
  billing,
  support,
  experiments,
  console,
  contracts,
  customerSuccess,
];
