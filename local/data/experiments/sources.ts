import { dayEnd, dayStart } from "../calendar.ts";
import { label } from "../random.ts";
import type { FileSource } from "../source.ts";
import { uuidOf } from "../uuid.ts";
import { assignments, EXPERIMENTS } from "./plan.ts";

const ASSIGNMENT = label("assignment id");
const EXPOSURE = label("exposure id");

/** Which unit got which variant; day 1 brings those of the past. */
export const experimentAssignment: FileSource = {
  kind: "files",
  name: "experiment_assignment",
  folder: "experiments/assignment",
  stem: "assignment",
  key: "assignment_id",
  timestamps: ["assigned_at"],
  strangerKey: (n) => uuidOf(n, 3),
  *rows(universe, day) {
    for (const assignment of assignments(universe, day, day)) {
      yield {
        assignment_id: uuidOf(universe.seed, ASSIGNMENT, ...assignment.unitKey),
        experiment: assignment.experiment,
        variant: assignment.variant,
        unit_type: EXPERIMENTS[assignment.experiment].unit,
        unit_id: assignment.unitId,
        assigned_at: universe.calendar.iso(assignment.at),
      };
    }
  },
};

/** When a unit saw its variant, each time; day 1 brings those of the past. */
export const experimentExposure: FileSource = {
  kind: "files",
  name: "experiment_exposure",
  folder: "experiments/exposure",
  stem: "exposure",
  key: "exposure_id",
  timestamps: ["exposed_at"],
  strangerKey: (n) => uuidOf(n, 5),
  *rows(universe, day) {
    const from = day === 1 ? Number.NEGATIVE_INFINITY : dayStart(day);
    // An exposure can follow on the day after the assignment.
    for (const assignment of assignments(universe, day === 1 ? 1 : day - 1, day)) {
      for (const [n, at] of assignment.exposures.entries()) {
        if (at < from || at > dayEnd(day)) continue;
        yield {
          exposure_id: uuidOf(universe.seed, EXPOSURE, n, ...assignment.unitKey),
          experiment: assignment.experiment,
          variant: assignment.variant,
          unit_type: EXPERIMENTS[assignment.experiment].unit,
          unit_id: assignment.unitId,
          exposed_at: universe.calendar.iso(at),
        };
      }
    }
  },
};
