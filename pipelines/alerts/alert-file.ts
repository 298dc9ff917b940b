/** An alert: `sql/alerts/<name>.sql`, a YAML header and a SELECT of what somebody is told, one row for each. */
import { z } from "zod";
import type { Problems } from "../../infra/errors.ts";
import { DURATION_FORM, parseDuration } from "../../infra/units.ts";
import { type CommentedSql, readCommentedSql } from "../models/commented-sql.ts";
import type { ModelFile } from "../models/model.ts";

export const ALERT_SEVERITIES = ["notice", "warning", "critical"] as const;

const schema = z.strictObject({
  description: z.string().min(1),
  /** Department that is told, where the SELECT yields no `owner`. */
  owner: z.string().regex(/^[a-z][a-z0-9_]*$/, "a department"),
  /** `critical` is told in quiet hours too. */
  severity: z.enum(ALERT_SEVERITIES).default("notice"),
  /** The same key is told again after this long, if it is still there. */
  again: z
    .string()
    .default("7 days")
    .transform((text, ctx): number => {
      const seconds = parseDuration(text);
      if (seconds !== undefined && seconds > 0) return seconds;
      ctx.addIssue({ code: "custom", message: DURATION_FORM });
      return z.NEVER;
    }),
});

export interface AlertFile extends CommentedSql<z.output<typeof schema>> {
  name: string;
  file: string;
}

export function readAlertFiles(files: readonly ModelFile[], problems: Problems): AlertFile[] {
  return files.flatMap((file): AlertFile[] => {
    const name = file.path.slice("sql/alerts/".length, -".sql".length);
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      problems.add({
        code: "ALERT",
        file: file.path,
        message: "an alert's path is sql/alerts/<name>.sql",
        allowed: "lower-case letters, digits and _",
      });
      return [];
    }
    const keysAt = (path: readonly PropertyKey[]) =>
      path.length === 0 ? Object.keys(schema.shape) : undefined;
    const read = readCommentedSql(file.text, { schema, code: "ALERT", what: "an alert", keysAt }, (problem) =>
      problems.add({ file: file.path, ...problem }),
    );
    return read === undefined ? [] : [{ ...read, name, file: file.path }];
  });
}
