/** Definitions that are YAML files with a zod schema: read, checked, their mistakes told with file and line. */
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import type { Problems } from "../infra/errors.ts";
import type { ModelFile } from "./models/model.ts";

/** The checked definition, with its name and file; undefined after a problem was added. `what` is for messages. */
export function readDefinition<Shape extends z.ZodRawShape>(
  file: ModelFile,
  schema: z.ZodObject<Shape>,
  what: string,
  problems: Problems,
): (z.output<z.ZodObject<Shape>> & { name: string; file: string }) | undefined {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    problems.add({ code: "MODEL_HEADER", file: file.path, line, message: `the ${what} is not YAML` });
    return undefined;
  }
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      problems.add({
        code: "MODEL_HEADER",
        file: file.path,
        path: issue.path.map(String).join(".") || undefined,
        message: issue.message,
        allowed: issue.code === "unrecognized_keys" ? Object.keys(schema.shape).join(", ") : undefined,
      });
    return undefined;
  }
  const name = file.path.split("/").at(-1)!.slice(0, -".yaml".length);
  return { ...parsed.data, name, file: file.path };
}
