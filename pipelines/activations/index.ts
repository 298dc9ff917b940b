/** Every activation that a stack may switch on, by key. */
import type { Activation } from "./activation.ts";
import { healthScore } from "./health-score.ts";
import { productQualifiedLead } from "./product-qualified-lead.ts";
import { usageSummary } from "./usage-summary.ts";

export const ACTIVATIONS: readonly Activation[] = [healthScore, productQualifiedLead, usageSummary];
