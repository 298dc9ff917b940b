import {
  PolicyPack,
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Platform } from "../infra/platform.ts";
import { type PolicyConfig, parsePolicyConfig, policyKeys } from "./config.ts";
import { evaluate, resourceName, waiverFor } from "./evaluate.ts";
import type { Level } from "./finding.ts";
import { automationOf, columnsOf } from "./from-platform.ts";
import { type EngineResource, subjectsOfResource, subjectsOfStack } from "./from-resources.ts";
import { maskedByResources } from "./masked-columns.ts";
import type { AnyRule } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { onStackRequest, type StackRequest } from "./stack-request.ts";
import type { Subject } from "./subject.ts";

export interface PackOptions {
  /** The project's folder. */
  root: string;
  /** YYYY-MM-DD; decides which waivers hold. */
  today: string;
  /** Imported when it is first needed: the engine cannot `require` a module that waits at its top. */
  loadPlatform(options: { root: string; stack: string }): Promise<Platform>;
}

/** What holds for the stack that the engine works on; the defaults until it has said which. */
interface Session extends Pick<PackOptions, "today"> {
  config: PolicyConfig;
  /** Undefined where the program does not compile, which it says itself. */
  platform(): Promise<Platform | undefined>;
}

/** Serves the rules to the engine, with limits, levels and waivers of the stack's configuration. */
export function servePack(options: PackOptions): PolicyPack {
  const session: Session = {
    today: options.today,
    config: parsePolicyConfig({}),
    platform: async () => undefined,
  };
  const rules = RULES.filter((rule) => rule.judges !== "replacement");
  const policies = rules.map((rule) =>
    rule.scope === "resource" ? resourcePolicy(rule, session) : stackPolicy(rule, session),
  );
  onStackRequest((request) => {
    session.config = configOf(request);
    session.platform = once(() => options.loadPlatform({ root: options.root, stack: request.stack }));
    for (const [index, rule] of rules.entries()) {
      const policy = policies[index];
      if (policy) policy.enforcementLevel = levelOf(rule, session.config);
    }
  });
  return new PolicyPack("firn", { policies: [...policies, waivers(session)] });
}

/** The `policy:` keys of a stack's configuration. Throws a ZodError that names the field. */
export const configOf = ({ config }: Pick<StackRequest, "config">): PolicyConfig =>
  parsePolicyConfig(
    Object.fromEntries(
      Object.entries(policyKeys(config)).map(([key, value]) => [key, JSON.parse(String(value)) as unknown]),
    ),
  );

const levelOf = (rule: AnyRule, config: PolicyConfig): Level | "disabled" =>
  config.levels[rule.name] ?? rule.level;

function resourcePolicy(rule: AnyRule, session: Session): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    validateResource: ({ type, name, props, opts }, report) => {
      const subjects = subjectsOfResource({ type, name, props, protect: opts.protect === true });
      for (const message of brokenBy(rule, subjects, [], session)) report(message);
    },
  };
}

function stackPolicy(rule: AnyRule, session: Session): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    validateStack: async ({ resources }, report) => {
      const subjects =
        rule.judges === "column"
          ? await columns(session, resources)
          : rule.judges === "automation"
            ? await automation(session)
            : subjectsOfStack(resources.map(asResource));
      for (const message of brokenBy(rule, subjects, subjects, session)) report(message);
    },
  };
}

/** Waivers show in every preview, and complain once they have run out. */
function waivers(session: Session): StackValidationPolicy {
  return {
    name: "waivers",
    description: "Shows every waiver until it ends, and says when one has run out.",
    enforcementLevel: "advisory",
    validateStack: async ({ resources }, report) => {
      const { config, today } = session;
      if (config.waivers.length === 0) return;
      const subjects = [
        ...subjectsOfStack(resources.map(asResource)),
        ...(await columns(session, resources)),
        ...(await automation(session)),
      ];
      const waived = (rule: string, resource: string): boolean =>
        config.waivers.some((waiver) => waiver.rule === rule && waiver.resource === resource);
      for (const finding of evaluate(subjects, config, today)) {
        const { rule, resource, waiver } = finding;
        if (waiver)
          report(
            `${rule} is waived for ${resource} until ${waiver.expires} by ${waiver.owner}: ${waiver.reason}`,
          );
        else if (waived(rule, resource)) report(`${resource}: ${finding.message}. ${finding.remedy}`);
      }
    },
  };
}

function brokenBy(rule: AnyRule, subjects: Subject[], all: Subject[], { config, today }: Session): string[] {
  return subjects.flatMap((subject) => {
    const broken = rule.check(subject, { limits: config.limits, all });
    const name = resourceName(subject);
    return broken && !waiverFor(config, rule.name, name, today)
      ? [`${name}: ${broken.message}. ${broken.remedy}`]
      : [];
  });
}

/** Which columns hold personal data is no input of a resource: the program's data tell. What masks them, resources do. */
async function columns(session: Session, resources: readonly PolicyResource[]): Promise<Subject[]> {
  const platform = await session.platform();
  return platform ? columnsOf(platform, maskedByResources(resources.map(asResource))) : [];
}

async function automation(session: Session): Promise<Subject[]> {
  const platform = await session.platform();
  return platform ? automationOf(platform) : [];
}

const asResource = ({ type, name, props, opts }: PolicyResource): EngineResource => ({
  type,
  name,
  props,
  protect: opts.protect === true,
});

function once(load: () => Promise<Platform>): () => Promise<Platform | undefined> {
  let result: Promise<Platform | undefined> | undefined;
  return () => {
    result ??= load().catch(() => undefined);
    return result;
  };
}
