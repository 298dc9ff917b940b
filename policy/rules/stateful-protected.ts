import { rule } from "../rule.ts";

/** What holds data refuses to be deleted by a slip. */
export default rule({
  name: "stateful-protected",
  topic: "data",
  level: "mandatory",
  scope: "resource",
  judges: "stateful",
  description:
    "Databases, schemas, tables, stages, topics and buckets are protected where the stack asks for it.",
  check({ protect }, { limits }) {
    if (!limits.protect || protect) return undefined;
    return { message: "it is not protected against deletion", remedy: "Set firn:protect to true." };
  },
});
