import { rule } from "../rule.ts";

/** Nothing that holds data, offsets or load history is replaced unless somebody wrote that it may. */
export default rule({
  name: "declared-replacement",
  topic: "data",
  level: "mandatory",
  scope: "stack",
  judges: "replacement",
  description:
    "Tables, streams, pipes, stages, topics and buckets are replaced only where the configuration names them.",
  check({ type, name, forcedBy }, { limits }) {
    if (limits.replacements.includes(`${type} ${name}`)) return undefined;
    return {
      message: `it would be replaced: ${forcedBy.join(", ")} cannot change in place`,
      remedy: `Follow the safe procedure under "Data at risk", then add "${type} ${name}" to policy:limits.replacements for one deployment.`,
    };
  },
});
