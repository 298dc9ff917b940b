import { rule } from "../rule.ts";

/** Personal data are seen by those who need them, also where a model carries them on. */
export default rule({
  name: "personal-data-masked",
  topic: "security",
  level: "advisory",
  scope: "stack",
  judges: "column",
  description: "Columns with personal data, tagged or by lineage, have a masking policy.",
  check({ personal, masked }) {
    if (personal === undefined || masked) return undefined;
    return {
      message: `it holds personal data (${personal}) and is not masked`,
      remedy: "Give the column a masking policy, or leave it out of the model.",
    };
  },
});
