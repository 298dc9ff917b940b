import type { FileSource } from "./source.ts";

const UNIT = { experiment: "text!", variant: "text!", unit_type: "text!", unit_id: "text!" } as const;

/** The experiment platform: who was given which variant, and who saw it. */
export const experiments: FileSource = {
  kind: "files",
  key: "experiments",
  description: "Daily increments of the experiment platform.",
  owner: "growth",
  freshness: "26 hours",
  objects: [
    {
      name: "assignment",
      label: "experiment_assignment",
      description: "Which unit was given which variant.",
      contract: {
        key: "assignment_id",
        time: "assigned_at",
        fields: { assignment_id: "text!", assigned_at: "text!", ...UNIT },
      },
    },
    {
      name: "exposure",
      label: "experiment_exposure",
      description: "Each time that a unit saw its variant.",
      contract: {
        key: "exposure_id",
        time: "exposed_at",
        fields: { exposure_id: "text!", exposed_at: "text!", ...UNIT },
      },
    },
  ],
};
