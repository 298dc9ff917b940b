import { payingOrg } from "../../../../local/data/billing/plan.ts";
import {
  type Assignment,
  clicksTrialButton,
  EXPERIMENTS,
  orgAssignments,
  visitAssignment,
} from "../../../../local/data/experiments/plan.ts";
import { strangerTouches } from "../../../../local/data/marketing/touches.ts";
import { createUniverse } from "../../../../local/data/world.ts";

const universe = createUniverse({ seed: 2, startDay: "2026-03-02", scale: 8 });

function collect() {
  const arms = new Map<string, { assigned: number; converted: number }>();
  const add = (assignment: Assignment, converted: boolean) => {
    const key = `${assignment.experiment} ${assignment.variant}`;
    const arm = arms.get(key) ?? { assigned: 0, converted: 0 };
    arm.assigned++;
    if (converted) arm.converted++;
    arms.set(key, arm);
  };
  for (const company of universe.companiesThrough(1)) {
    for (const org of company.orgs) {
      for (const each of orgAssignments(universe, company, org)) add(each, payingOrg(company)?.org === org);
    }
  }
  for (const day of [1, 2, 3, 4, 5, 6, 7]) {
    for (const touch of strangerTouches(universe, day)) {
      const assignment = visitAssignment(universe, touch);
      add(assignment, clicksTrialButton(assignment));
    }
  }
  return (experiment: string) => {
    const [control, treatment] = ["control", "treatment"].map(
      (variant) => arms.get(`${experiment} ${variant}`)!,
    );
    return {
      lift: treatment!.converted / treatment!.assigned - control!.converted / control!.assigned,
      share: treatment!.assigned / (treatment!.assigned + control!.assigned),
    };
  };
}

const result = collect();

test.each(Object.values(EXPERIMENTS))("$name has the effect and the balance that it claims", (experiment) => {
  const { lift, share } = result(experiment.name);
  if (experiment.effect === "positive") expect(lift).toBeGreaterThan(0.02);
  else expect(Math.abs(lift)).toBeLessThan(0.04);
  if (experiment.mismatch) expect(share).toBeLessThan(0.46);
  else expect(Math.abs(share - 0.5)).toBeLessThan(0.03);
});
