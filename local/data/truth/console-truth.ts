import { payingOrg } from "../billing/plan.ts";
import { dayEnd, dayStart } from "../calendar.ts";
import { visitsOn } from "../console/stream.ts";
import { assignments, EXPERIMENTS, type ExperimentName, type Variant } from "../experiments/plan.ts";
import { orgCode } from "../org-code.ts";
import type { Row } from "../source.ts";
import { Totals, type TruthPart } from "./part.ts";

/** Console and web site as far as it has arrived: a session, and what went wrong in it. */
export const consoleTruth: TruthPart = {
  needs: ["console_events"],
  tell(universe, lastDay) {
    const perDay = new Totals();
    const friction: {
      day: string;
      sessions: number;
      rage_click_sessions: number;
      error_loop_sessions: number;
    }[] = [];
    const features = new Map<string, { uses: number; users: Set<string> }>();
    const firstValue: Row[] = [];
    const signups = new Map<string, number>();
    for (const company of universe.companiesThrough(lastDay)) {
      for (const org of company.orgs) signups.set(orgCode(universe.seed, org.index), org.signupAt);
    }
    for (let day = 1; day <= lastDay; day++) {
      const date = universe.calendar.date(dayStart(day));
      const row = { day: date, sessions: 0, rage_click_sessions: 0, error_loop_sessions: 0 };
      for (const visit of visitsOn(universe, day)) {
        if (visit.late && day === lastDay) continue;
        perDay.add(date, 0, visit.messages.length);
        if (!visit.session) continue;
        row.sessions++;
        if (visit.session.rageClick) row.rage_click_sessions++;
        if (visit.session.errorLoop) row.error_loop_sessions++;
        for (const message of visit.messages) {
          if (message.name === "Directory Connected") {
            const signedUpAt = signups.get(visit.context.groupId!)!;
            firstValue.push({
              org_id: visit.context.groupId,
              signed_up_at: universe.calendar.iso(signedUpAt),
              first_value_at: universe.calendar.iso(message.at),
            });
          }
          if (message.name !== "Feature Used") continue;
          const name = String(message.details["feature"]);
          const feature = features.get(name) ?? { uses: 0, users: new Set<string>() };
          feature.uses++;
          feature.users.add(message.userId!);
          features.set(name, feature);
        }
      }
      if (row.sessions > 0) friction.push(row);
    }
    return {
      kpis: {
        console_events_per_day: perDay.list().map(({ key, count }) => ({ day: key, events: count })),
        console_friction_per_day: friction,
        feature_use: [...features]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([feature, { uses, users }]) => ({ feature, uses, users: users.size })),
      },
      tables: { first_value: firstValue },
    };
  },
};

interface Arm {
  assigned: number;
  exposed: number;
  converted: number;
}

/** Experiments by variant, and what is true of them whatever the sample says. */
export const experimentTruth: TruthPart = {
  needs: ["experiment_assignment", "experiment_exposure", "console_events", "salesforce_directory_org__c"],
  tell(universe, lastDay) {
    const now = dayEnd(lastDay);
    const paidBy = new Set<string>();
    for (const company of universe.companiesThrough(lastDay)) {
      const paying = payingOrg(company);
      if (paying && paying.from <= now) paidBy.add(orgCode(universe.seed, paying.org.index));
    }
    const clicked = new Set<string>();
    for (let day = 1; day <= lastDay; day++) {
      for (const visit of visitsOn(universe, day)) {
        if (visit.late && day === lastDay) continue;
        for (const message of visit.messages) {
          if (message.name === "Trial Button Clicked") clicked.add(message.anonymousId);
        }
      }
    }
    const arms = new Map<string, Arm>();
    for (const assignment of assignments(universe, 1, lastDay)) {
      const key = `${assignment.experiment} ${assignment.variant}`;
      const arm = arms.get(key) ?? { assigned: 0, exposed: 0, converted: 0 };
      arm.assigned++;
      if (assignment.exposures.some((at) => at <= now)) arm.exposed++;
      const converts = EXPERIMENTS[assignment.experiment].metric === "paid" ? paidBy : clicked;
      if (converts.has(assignment.unitId)) arm.converted++;
      arms.set(key, arm);
    }
    return {
      kpis: {
        experiment_results: [...arms]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, arm]) => {
            const [experiment, variant] = key.split(" ") as [ExperimentName, Variant];
            return { experiment, variant, metric: EXPERIMENTS[experiment].metric, ...arm };
          }),
        experiment_truth: Object.values(EXPERIMENTS)
          .map(({ name, metric, effect, mismatch }) => ({
            experiment: name,
            metric,
            effect,
            sample_ratio_mismatch: mismatch,
          }))
          .sort((a, b) => (a.experiment < b.experiment ? -1 : 1)),
      },
    };
  },
};
