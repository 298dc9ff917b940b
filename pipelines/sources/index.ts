/** Every source that a stack may enable, by key. */
import { product } from "./product.ts";
import { salesforce } from "./salesforce.ts";
import type { Source } from "./source.ts";

export const SOURCES: readonly Source[] = [salesforce, product];
