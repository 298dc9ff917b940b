import type { EstimateOptions } from "../cost/estimate/context.ts";
import type { PriceBook } from "../cost/price-book.ts";
import type { Usage } from "../cost/usage.ts";
import type { Platform } from "../infra/platform.ts";
import type { PolicyConfig } from "../policy/config.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Finding } from "../policy/finding.ts";
import { subjectsOf } from "../policy/from-platform.ts";
import type { ReplacementFacts } from "../policy/subject.ts";
import { type AccessChange, compareAccess } from "./access/changes.ts";
import { compareDeclared, type DeclaredChange } from "./access/declared.ts";
import type { EnginePreview } from "./engine-preview.ts";
import { compareGuardrails, type GuardrailChange } from "./guardrails.ts";
import { compareMeaning, type Meaning } from "./meaning.ts";
import { compareMoney, type Money } from "./money.ts";
import { compareResources, type ResourceChanges } from "./resources/changes.ts";
import { dataAtRisk, type Risk } from "./risk.ts";
import { judge, type Verdict } from "./verdict.ts";

/** Everything that a reviewer sees, as plain data; the renderers add nothing. */
export interface Review {
  stack: string;
  base: { label: string; read: boolean };
  head: { label: string };
  verdict: Verdict;
  /** Limits, levels, waivers and budgets that the change itself changes. */
  guardrails: GuardrailChange[];
  findings: Finding[];
  /** Advice that the base has too: nothing that this change brings. */
  standing: Finding[];
  money: Money;
  access: AccessChange[];
  /** Columns that are declared personal, or not, from now on. */
  declared: DeclaredChange[];
  risks: Risk[];
  meaning: Meaning;
  resources: ResourceChanges;
  /** What the engine would do to the real stack, where that was asked. */
  preview?: EnginePreview;
  /** What could not be read, priced or judged, each as a sentence. */
  unread: string[];
}

export interface ReviewInput {
  /** Absent where the base revision could not be read; say why in `unread`. */
  base?: Platform;
  head: Platform;
  book: PriceBook;
  usage: Usage;
  baseLabel?: string;
  headLabel?: string;
  /** Limits, levels and waivers; without it no rule is judged. `today` is YYYY-MM-DD. */
  policy?: {
    config: PolicyConfig;
    today: string;
    /** The base's own limits; without them the base is judged by the head's, and nothing is said of their change. */
    base?: PolicyConfig;
  };
  unread?: string[];
  estimate?: EstimateOptions;
}

/** Compares two compiled platforms in money, access, risk, meaning and resources. Pure; never throws on what it does not know. */
export function reviewPlatform(input: ReviewInput): Review {
  const { base, head, book, usage, policy } = input;
  const unread = [...(input.unread ?? [])];
  const tolerate = <T>(section: string, otherwise: T, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      unread.push(
        `${section} could not be compared: ${error instanceof Error ? error.message : String(error)}`,
      );
      return otherwise;
    }
  };
  const priced =
    base &&
    tolerate("Money of the base", undefined, () => {
      compareMoney(undefined, base, book, usage, input.estimate);
      return base;
    });
  const money = compareMoney(priced, head, book, usage, input.estimate);
  const none: ResourceChanges = { changes: [], unchanged: 0, unknownKinds: [] };
  const resources = base ? tolerate("Resources", none, () => compareResources(base, head)) : none;
  const access = base ? tolerate("Access", [], () => compareAccess(base, head)) : [];
  const declared = base ? tolerate("What is declared personal", [], () => compareDeclared(base, head)) : [];
  const meaning = base ? tolerate("Meaning", NO_MEANING, () => compareMeaning(base, head)) : NO_MEANING;
  const risks = base ? tolerate("Data at risk", [], () => dataAtRisk(resources, base, head)) : [];
  const guardrails =
    base && policy?.base
      ? compareGuardrails(
          { policy: policy.base, budgets: base.budgets },
          { policy: policy.config, budgets: head.budgets },
        )
      : [];
  const all = policy
    ? tolerate("Policy", [], () =>
        evaluate([...subjectsOf(head), ...replacements(resources)], policy.config, policy.today),
      )
    : [];
  const before = new Set(
    base && policy
      ? tolerate("Policy of the base", [], () =>
          evaluate(subjectsOf(base), policy.base ?? policy.config, policy.today),
        ).map(identity)
      : [],
  );
  const standing = all.filter(
    (finding) => finding.level === "advisory" && !finding.waiver && before.has(identity(finding)),
  );
  const findings = all.filter((finding) => !standing.includes(finding));
  for (const kind of resources.unknownKinds)
    unread.push(
      `"${kind}" is a kind of resource that this review does not know: it is compared as plain data, and its cost and risk are not judged.`,
    );
  for (const [because, things] of Map.groupBy(money.unpriced, (each) => each.because))
    unread.push(`No price for ${someOf(things.map(({ name }) => name))}: ${because}.`);
  return {
    stack: head.stack,
    base: { label: input.baseLabel ?? "base", read: base !== undefined },
    head: { label: input.headLabel ?? "working tree" },
    verdict: judge({
      money,
      access,
      declared,
      guardrails,
      risks,
      meaning,
      resources,
      findings,
      comparable: base !== undefined,
    }),
    guardrails,
    findings,
    standing,
    money,
    access,
    declared,
    risks,
    meaning,
    resources,
    unread: [...new Set(unread)],
  };
}

const MOST_NAMED = 3;

/** `A, B, C and 5 more`. */
const someOf = (names: string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMED).join(", ")} and ${names.length - MOST_NAMED} more`;

const NO_MEANING: Meaning = { models: [], metrics: [], kpis: [], rules: [], owners: [] };

/** Kinds that hold data, offsets or load history: their replacement has to be declared. */
const STATEFUL = new Set([
  "databases",
  "schemas",
  "tables",
  "streams",
  "pipes",
  "stages",
  "landing",
  "topics",
]);

const replacements = (resources: ResourceChanges): ReplacementFacts[] =>
  resources.changes
    .filter((change) => change.action === "replace" && STATEFUL.has(change.kind))
    .map(({ label, key, name, forcedBy }) => ({ kind: "replacement", type: label, key, name, forcedBy }));

const identity = (finding: Finding): string =>
  JSON.stringify([finding.rule, finding.resource, finding.message]);
