import { showChange } from "../cost/explain.ts";
import type { Finding } from "../policy/finding.ts";
import type { AccessChange } from "./access/changes.ts";
import type { DeclaredChange } from "./access/declared.ts";
import type { GuardrailChange } from "./guardrails.ts";
import type { Meaning } from "./meaning.ts";
import { type Money, passesAnew } from "./money.ts";
import type { ResourceChanges } from "./resources/changes.ts";
import type { Risk } from "./risk.ts";

export interface Approver {
  who: string;
  why: string[];
}

export interface Verdict {
  /** `stop`: policy refuses it. `approve`: people decide. `clear`: nothing that anybody has to approve. */
  decision: "stop" | "approve" | "clear";
  sentence: string;
  approvers: Approver[];
}

/** What the sections need to be judged; absent where the base could not be read. */
export interface Judged {
  money: Money;
  access: AccessChange[];
  declared: DeclaredChange[];
  guardrails: GuardrailChange[];
  risks: Risk[];
  meaning: Meaning;
  resources?: ResourceChanges;
  findings: Finding[];
  comparable: boolean;
}

/** More names than these are counted in the sentence. */
const MOST_NAMED = 3;

/** Differences below this are rounding, not a decision. */
const CENT = 0.005;

/** One sentence, who has to approve, and why. */
export function judge(judged: Judged): Verdict {
  const refused = judged.findings.filter((finding) => finding.level === "mandatory" && !finding.waiver);
  const approvers = [
    approver("finance", [...financeReasons(judged.money), ...guardrailReasons(judged.guardrails)]),
    approver("security", securityReasons(judged)),
    approver("platform", platformReasons(judged)),
    ...ownerReasons(judged.meaning),
  ].filter((each) => each.why.length > 0);
  const merged = [...Map.groupBy(approvers, (each) => each.who)].map(([who, each]) =>
    approver(
      who,
      each.flatMap(({ why }) => why),
    ),
  );
  const decision = refused.length > 0 ? "stop" : approvers.length > 0 ? "approve" : "clear";
  return { decision, sentence: sentence(decision, judged, merged, refused), approvers: merged };
}

function financeReasons(money: Money): string[] {
  const why: string[] = [];
  // A base that was read but could not be priced is no base for money.
  const comparable = money.before !== undefined;
  if (comparable && money.total.expected > CENT)
    why.push(`expected cost ${showChange(money.total.expected)} a month`);
  if (comparable && money.total.ceiling > CENT)
    why.push(`worst case ${showChange(money.total.ceiling)} a month`);
  if (money.newlyUnbounded.length > 0)
    why.push(`${count(money.newlyUnbounded.length, "thing")} without a limit`);
  if (money.newlyUnpriced.length > 0)
    why.push(`${count(money.newlyUnpriced.length, "thing")} without a price`);
  for (const over of money.overBudget)
    if (passesAnew(over.expected, over.before, over.budget))
      why.push(`${over.department} is above its budget`);
  for (const over of money.overQuota)
    if (passesAnew(over.wanted, over.before))
      why.push(`the monitor ${over.monitor} would suspend ${list(over.warehouses)} at the expected use`);
  return why;
}

/** Whoever edits a limit decides it, and not the change that needs it. */
const guardrailReasons = (guardrails: GuardrailChange[]): string[] =>
  guardrails.length > 0
    ? [`${count(guardrails.length, "guardrail")} of policy ${guardrails.length === 1 ? "changes" : "change"}`]
    : [];

function securityReasons({ access, declared, guardrails, resources }: Judged): string[] {
  const why: string[] = [];
  const personal = access.filter((change) => change.newPersonal.length > 0);
  const gains = access.filter((change) => change.gained.length > 0 && change.because === "grant");
  if (personal.length > 0) {
    const who = [...new Set(personal.map((change) => change.principal))];
    why.push(
      `${who.join(", ")} can read ${count(new Set(personal.flatMap(personalOf)).size, "more personal column")}`,
    );
  }
  if (access.some((change) => change.principalKind === "public" && change.gained.length > 0))
    why.push("everybody (PUBLIC) gains access");
  if (gains.length > 0) why.push(`${count(gains.length, "new privilege path")}`);
  const identity = (resources?.changes ?? []).filter(
    (change) => IDENTITY.has(change.kind) && change.action !== "delete",
  );
  if (declared.length > 0)
    why.push(`${count(declared.length, "column")} declared personal or not otherwise than before`);
  const governed = (resources?.changes ?? []).filter((change) => GOVERNED.has(change.kind));
  if (governed.length > 0) why.push(`${count(governed.length, "change")} to masks, policies or networks`);
  const rows = access.filter((change) => change.rows);
  if (rows.length > 0) why.push(`${count(rows.length, "change")} of which rows are seen`);
  if (identity.length > 0) why.push(`${count(identity.length, "change")} to users, integrations or ACLs`);
  const eased = guardrails.filter(({ setting }) => /^(levels|waivers)\./.test(setting));
  if (eased.length > 0)
    why.push(`${eased.length} of policy's levels and waivers ${eased.length === 1 ? "changes" : "change"}`);
  return why;
}

/** Kinds of what hides and what admits. */
export const GOVERNED: ReadonlySet<string> = new Set([
  "masks",
  "tags",
  "associations",
  "rowPolicies",
  "networkRules",
  "networkPolicies",
]);
const IDENTITY = new Set(["users", "integrations", "acls"]);

function platformReasons({ money, risks, resources, comparable }: Judged): string[] {
  const why: string[] = [];
  const losing = risks.filter((risk) => risk.severity === "loses data");
  if (!comparable) why.push("the base could not be read, so nothing is compared");
  if (losing.length > 0)
    why.push(
      `${count(losing.length, "thing")} that ${losing.length === 1 ? "holds" : "hold"} data would be lost or replaced`,
    );
  if (risks.length > losing.length)
    why.push(`${count(risks.length - losing.length, "further risk")} to data`);
  const changes = resources?.changes.length ?? 0;
  for (const { setting, before, after } of money.policyChanges)
    if (setting === "region" || setting === "edition")
      why.push(`the ${setting} changes: ${before} → ${after}`);
  if (changes > 0) why.push(`${count(changes, "resource")} ${changes === 1 ? "changes" : "change"}`);
  return why;
}

function ownerReasons(meaning: Meaning): Approver[] {
  return meaning.owners.map((owner) => {
    const own = meaning.models.filter((model) => model.owner === owner);
    const downstream = new Set(
      meaning.models.flatMap((model) =>
        model.downstream.filter((each) => each.owner === owner).map((each) => each.logical),
      ),
    );
    for (const model of own) downstream.delete(model.logical);
    const why: string[] = [];
    if (own.length > 0)
      why.push(`${count(own.length, "model")} of theirs ${own.length === 1 ? "changes" : "change"}`);
    if (downstream.size > 0)
      why.push(
        `${count(downstream.size, "model")} of theirs ${downstream.size === 1 ? "reads" : "read"} what changes`,
      );
    return approver(owner, why);
  });
}

function sentence(
  decision: Verdict["decision"],
  judged: Judged,
  approvers: Approver[],
  refused: Finding[],
): string {
  const effects: string[] = [];
  const { total } = judged.money;
  const priced = judged.comparable && judged.money.before !== undefined;
  if (judged.comparable && !priced) effects.push("cannot be compared in money");
  if (priced && Math.abs(total.expected) > CENT)
    effects.push(
      `costs ${showChange(Math.abs(total.expected)).slice(1)} ${total.expected > 0 ? "more" : "less"} a month`,
    );
  if (priced && Math.abs(total.ceiling) > CENT)
    effects.push(`moves the worst case by ${showChange(total.ceiling)}`);
  if (judged.comparable && judged.money.newlyUnpriced.length > 0)
    effects.push(
      `has ${count(judged.money.newlyUnpriced.length, "thing")} without a price, whose cost is not known`,
    );
  const personal = new Set(judged.access.flatMap(personalOf)).size;
  if (personal > 0) effects.push(`opens ${count(personal, "personal column")}`);
  const losing = judged.risks.filter((risk) => risk.severity === "loses data").length;
  if (losing > 0) effects.push(`puts the data of ${count(losing, "thing")} at risk`);
  const again = judged.risks.filter((risk) => risk.severity === "can be computed again").length;
  if (again > 0) effects.push(`drops ${count(again, "thing")} that can be computed again`);
  for (const over of judged.money.overQuota)
    if (judged.comparable && passesAnew(over.wanted, over.before))
      effects.push(
        `has ${list(over.warehouses)} suspended by the monitor ${over.monitor} at the expected use`,
      );
  const { metrics } = judged.meaning;
  const redefined = metrics.filter((metric) => metric.change !== "new");
  if (redefined.length > 0)
    effects.push(
      redefined.length <= MOST_NAMED
        ? `${redefined.every(({ change }) => change === "removed") ? "removes" : "redefines"} the metric${redefined.length === 1 ? "" : "s"} ${list(redefined.map(({ name }) => name))}`
        : `redefines ${count(redefined.length, "metric")}`,
    );
  if (judged.guardrails.length > 0)
    effects.push(`changes ${count(judged.guardrails.length, "guardrail")} of policy`);
  const models = judged.meaning.models.length;
  if (models > 0) effects.push(`changes ${count(models, "model")}`);
  const rights = new Set(
    judged.access
      .filter((change) => change.because === "grant" && !change.automation && change.gained.length > 0)
      .map((change) => change.principal),
  );
  if (rights.size > 0 && personal === 0)
    effects.push(
      `gives ${rights.size <= MOST_NAMED ? list([...rights]) : `${rights.size} principals`} access${placesOf(judged.access, rights)}`,
    );
  const deprived = new Set(
    judged.access
      .filter(
        (change) =>
          change.because === "grant" &&
          !change.automation &&
          change.gained.length === 0 &&
          change.lost.length > 0,
      )
      .map((change) => change.principal),
  );
  if (deprived.size > 0)
    effects.push(
      deprived.size <= MOST_NAMED
        ? `takes access from ${list([...deprived])}`
        : `takes access from ${deprived.size} principals`,
    );
  const hidden = (judged.resources?.changes ?? []).filter((change) => GOVERNED.has(change.kind)).length;
  if (hidden > 0) effects.push("changes masks, policies or networks");
  else if (judged.declared.length > 0) effects.push("changes what is declared personal");
  const subject =
    effects.length > 0
      ? `It ${list(effects)}.`
      : judged.comparable
        ? "Nothing changes in money, access, data or meaning."
        : "The change cannot be compared: its base could not be read.";
  if (decision === "stop")
    return `Policy refuses this change (${count(refused.length, "finding")}). ${subject}`;
  if (decision === "clear") return `${subject} Nobody has to approve.`;
  return `${subject} To approve: ${list(approvers.map((each) => each.who))}.`;
}

/** ` to A.B and A.C`: the schemas of what is gained, where they are few. */
function placesOf(access: AccessChange[], principals: Set<string>): string {
  const places = new Set(
    access
      .filter(
        (change) =>
          principals.has(change.principal) && change.because === "grant" && change.gained.length > 0,
      )
      .flatMap((change) => /([^ .]+\.[^ .]+)(\.[^ .]+)?$/.exec(change.object)?.[1] ?? []),
  );
  return places.size > 0 && places.size <= MOST_NAMED ? ` to ${list([...places].sort())}` : "";
}

const personalOf = (change: AccessChange): string[] =>
  change.newPersonal.map((column) => `${change.object} ${column}`);
const approver = (who: string, why: string[]): Approver => ({ who, why });

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** `a`, `a and b`, `a, b and c`. */
export const list = (words: string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
