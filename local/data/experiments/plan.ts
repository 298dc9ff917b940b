import { payingOrg } from "../billing/plan.ts";
import { DAY, dayEnd, dayStart, MINUTE } from "../calendar.ts";
import { companyTouches, strangerTouches, type Touch } from "../marketing/touches.ts";
import { orgCode } from "../org-code.ts";
import type { Company, OrgPlan } from "../plan/types.ts";
import { hashOf, label, unit } from "../random.ts";
import { wordsOf } from "../uuid.ts";
import type { Universe } from "../world.ts";

export type Variant = "control" | "treatment";

export interface Experiment {
  readonly name: string;
  readonly unit: "org_id" | "anonymous_id";
  /** World time of the first assignment. */
  readonly startAt: number;
  readonly metric: "paid" | "trial_button_clicked";
  /** What is true, whatever a sample shows. */
  readonly effect: "positive" | "none";
  /** Assignments of the treatment got lost, so that the sample ratio is off. */
  readonly mismatch: boolean;
}

export const EXPERIMENTS = {
  onboarding_checklist: {
    name: "onboarding_checklist",
    unit: "org_id",
    startAt: -400 * DAY,
    metric: "paid",
    effect: "positive",
    mismatch: false,
  },
  mfa_prompt: {
    name: "mfa_prompt",
    unit: "org_id",
    startAt: -300 * DAY,
    metric: "paid",
    effect: "none",
    mismatch: true,
  },
  pricing_page: {
    name: "pricing_page",
    unit: "anonymous_id",
    startAt: 0,
    metric: "trial_button_clicked",
    effect: "positive",
    mismatch: false,
  },
} as const satisfies Record<string, Experiment>;
export type ExperimentName = keyof typeof EXPERIMENTS;

export interface Assignment {
  readonly experiment: ExperimentName;
  readonly variant: Variant;
  readonly unitId: string;
  readonly at: number;
  /** When the unit saw the variant; none when it never did. */
  readonly exposures: readonly number[];
  /** Decides the rest about this unit. */
  readonly hash: number;
  /** Tells the unit from all others. */
  readonly unitKey: readonly number[];
}

const ASSIGN = label("experiment assignment");

/**
 * The assignments of an organisation. Variants are drawn given whether it will ever pay, with the odds that make half
 * of all organisations treated and the treated likelier to pay: the same joint distribution as an effect of treatment.
 */
export function orgAssignments(universe: Universe, company: Company, org: OrgPlan): Assignment[] {
  const paying = payingOrg(company)?.org === org;
  const assignments: Assignment[] = [];
  for (const name of ["onboarding_checklist", "mfa_prompt"] as const) {
    const experiment = EXPERIMENTS[name];
    if (org.signupAt < experiment.startAt) continue;
    const hash = hashOf(universe.seed, ASSIGN, label(name), org.index);
    const treated = name === "onboarding_checklist" ? (paying ? 0.57 : 0.46) : 0.5;
    const variant = unit(hash) < treated ? "treatment" : "control";
    const other = hashOf(hash, 1);
    if (experiment.mismatch && variant === "treatment" && other % 4 === 0) continue;
    const at = org.signupAt + MINUTE;
    const seen = other % 10 < 9 ? 1 + (other % 3) : 0;
    assignments.push({
      experiment: name,
      variant,
      unitId: orgCode(universe.seed, org.index),
      at,
      exposures: Array.from({ length: seen }, (_, n) => at + (5 + 60 * n) * MINUTE),
      hash: other,
      unitKey: [label(name), org.index],
    });
  }
  return assignments;
}

/** The assignment of a browser by its first visit of day n, when that visit is its first since the start. */
export function visitAssignment(universe: Universe, touch: Touch): Assignment {
  const hash = hashOf(universe.seed, ASSIGN, ...wordsOf(touch.anonymousId));
  const other = hashOf(hash, 2);
  return {
    experiment: "pricing_page",
    variant: unit(hash) < 0.5 ? "treatment" : "control",
    unitId: touch.anonymousId,
    at: touch.at,
    exposures: other % 10 < 6 ? [touch.at + 10_000] : [],
    hash: other,
    unitKey: wordsOf(touch.anonymousId),
  };
}

/** Whether an exposed visitor pressed the trial button: 10 % of the control, 16 % of the treated. */
export const clicksTrialButton = (assignment: Assignment): boolean =>
  assignment.exposures.length > 0 &&
  unit(hashOf(assignment.hash, 3)) < (assignment.variant === "treatment" ? 0.16 : 0.1);

/** The visits of day n by which a browser enters the experiment on the pricing page. */
export function* enteringVisits(universe: Universe, day: number): Generator<Touch> {
  const from = dayStart(day);
  const to = dayEnd(day);
  for (const company of universe.companiesThrough(day)) {
    const entered = new Set<string>();
    for (const touch of companyTouches(universe, company)) {
      if (touch.at < EXPERIMENTS.pricing_page.startAt || touch.type !== "visit" || touch.at > to) continue;
      if (entered.has(touch.anonymousId)) continue;
      entered.add(touch.anonymousId);
      if (touch.at >= from) yield touch;
    }
  }
  yield* strangerTouches(universe, day);
}

/** Every assignment made from world time `from` to the end of day n. */
export function* assignments(universe: Universe, firstDay: number, lastDay: number): Generator<Assignment> {
  const from = firstDay <= 1 ? Number.NEGATIVE_INFINITY : dayStart(firstDay);
  const to = dayEnd(lastDay);
  for (const company of universe.companiesThrough(lastDay)) {
    for (const org of company.orgs) {
      for (const assignment of orgAssignments(universe, company, org)) {
        if (assignment.at >= from && assignment.at <= to) yield assignment;
      }
    }
  }
  for (let day = Math.max(1, firstDay); day <= lastDay; day++) {
    for (const touch of enteringVisits(universe, day)) yield visitAssignment(universe, touch);
  }
}
