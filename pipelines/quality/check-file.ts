/** A check that no `tests` line can say: `sql/checks/<name>.sql`, a YAML header and a SELECT of the rows that are wrong. */
import { z } from "zod";
import type { Problems } from "../../infra/errors.ts";
import { type CommentedSql, readCommentedSql } from "../models/commented-sql.ts";
import type { ModelFile } from "../models/model.ts";
import { SEVERITIES } from "./header-tests.ts";

const schema = z.strictObject({
  description: z.string().min(1),
  /** The model whose rows it judges; its owner is told. */
  model: z.string().min(1),
  severity: z.enum(SEVERITIES).default("warning"),
});

export interface CheckFile extends CommentedSql<z.output<typeof schema>> {
  /** Name of the file, without its ending. */
  name: string;
  file: string;
}

export const isCheckFile = (path: string): boolean => path.startsWith("sql/checks/");

export function readCheckFiles(files: readonly ModelFile[], problems: Problems): CheckFile[] {
  return files.flatMap((file): CheckFile[] => {
    const name = file.path.slice("sql/checks/".length, -".sql".length);
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      problems.add({
        code: "CHECK",
        file: file.path,
        message: "a check's path is sql/checks/<name>.sql",
        allowed: "lower-case letters, digits and _",
      });
      return [];
    }
    const keysAt = (path: readonly PropertyKey[]) =>
      path.length === 0 ? Object.keys(schema.shape) : undefined;
    const read = readCommentedSql(file.text, { schema, code: "CHECK", what: "a check", keysAt }, (problem) =>
      problems.add({ file: file.path, ...problem }),
    );
    return read === undefined ? [] : [{ ...read, name, file: file.path }];
  });
}
