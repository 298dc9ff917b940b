import type { PolicyConfig } from "./config.ts";
import type { Finding } from "./finding.ts";
import type { AnyRule } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import type { Subject } from "./subject.ts";

/** How findings and waivers name a resource. */
export const resourceName = (subject: Subject): string =>
  `${subject.kind === "stateful" || subject.kind === "replacement" ? subject.type : subject.kind} ${subject.name}`;

/** Every broken rule, mandatory ones first. `today` (YYYY-MM-DD) decides which waivers still hold. */
export function evaluate(
  subjects: readonly Subject[],
  config: PolicyConfig,
  today: string,
  rules: readonly AnyRule[] = RULES,
): Finding[] {
  const context = { limits: config.limits, all: subjects };
  const findings = rules.flatMap((rule) => {
    const level = config.levels[rule.name] ?? rule.level;
    if (level === "disabled") return [];
    return subjects.flatMap((subject): Finding[] => {
      const broken = rule.check(subject, context);
      if (!broken) return [];
      const resource = resourceName(subject);
      return [
        {
          rule: rule.name,
          topic: rule.topic,
          level,
          resource,
          ...broken,
          waiver: waiverFor(config, rule.name, resource, today),
        },
      ];
    });
  });
  return [...findings, ...wornOut(config, findings, today)].sort((left, right) => rank(left) - rank(right));
}

/** A waiver that still holds. */
export function waiverFor(
  config: PolicyConfig,
  rule: string,
  resource: string,
  today: string,
): Finding["waiver"] {
  const found = config.waivers.find(
    (waiver) => waiver.rule === rule && waiver.resource === resource && waiver.expires >= today,
  );
  return found && { owner: found.owner, reason: found.reason, expires: found.expires };
}

/** Waivers that have run out, that name no rule, or that nothing needs any more. */
function wornOut(config: PolicyConfig, findings: Finding[], today: string): Finding[] {
  const rules = new Set(RULES.map((rule) => rule.name));
  return config.waivers.flatMap((waiver): Finding[] => {
    const message = !rules.has(waiver.rule)
      ? `a waiver names the rule ${waiver.rule}, which does not exist`
      : waiver.expires < today
        ? `the waiver of ${waiver.owner} ran out on ${waiver.expires}`
        : findings.some((finding) => finding.rule === waiver.rule && finding.resource === waiver.resource)
          ? undefined
          : "nothing breaks the rule any more";
    if (!message) return [];
    return [
      {
        rule: waiver.rule,
        topic: "security",
        level: "advisory",
        resource: waiver.resource,
        message,
        remedy: "Remove the waiver from policy:waivers, or renew it.",
      },
    ];
  });
}

const rank = (finding: Finding): number => (finding.waiver ? 2 : finding.level === "mandatory" ? 0 : 1);
