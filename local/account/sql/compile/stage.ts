import { errors } from "../../errors.ts";
import type { StageOptions } from "../parse/index.ts";
import type { Env } from "./env.ts";
import type { Source } from "./from.ts";

/** Staged files as rows. */
export function compileStage(_env: Env, _location: string, _options: StageOptions): Source {
  throw errors.unsupported("query over staged files");
}
