import type { Governance, Model, Platform } from "../../infra/platform.ts";

const NOTHING: Governance = {
  masks: [],
  tags: [],
  associations: [],
  rowPolicies: [],
  networkRules: [],
  networkPolicies: [],
};

/** The platform of a revision whose compiler knew nothing yet of some parts, with these as it had them: not at all. */
export function completed(platform: Platform): Platform {
  const given: Partial<Platform> = platform;
  return {
    ...platform,
    flows: given.flows ?? [],
    activations: given.activations ?? [],
    checks: given.checks ?? [],
    alerts: given.alerts ?? [],
    notifications: given.notifications ?? [],
    pauses: given.pauses ?? [],
    governance: { ...NOTHING, ...given.governance },
    models: (given.models ?? []).map((model) => ({
      ...model,
      shows: (model as Partial<Model>).shows ?? model.lineage,
    })),
  };
}
