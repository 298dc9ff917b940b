import { rule } from "../rule.ts";

/** Personal data are seen by those who need them, also where a model carries them on. */
export default rule({
  name: "personal-data-masked",
  topic: "security",
  level: "mandatory",
  scope: "stack",
  judges: "column",
  description: "Columns with personal data, by tag or by what SQL shows of them, have a masking policy.",
  check({ personal, masked }) {
    if (personal === undefined || masked) return undefined;
    return {
      message: `it holds personal data (${personal}) and is not masked`,
      remedy:
        "Leave it out of the model, or tag it not_personal where what is left of the value tells of no person; masks need the enterprise edition.",
    };
  },
});
