import { reasonOf } from "../../supervisor/errors.ts";
import { StreamingApiError } from "./streaming-client.ts";

/** The errors that an error wraps, outermost first: the Kafka client nests one for each layer and each attempt. */
function chain(error: unknown): unknown[] {
  const seen: unknown[] = [];
  for (let next = error; next !== undefined && next !== null && seen.length < 20; ) {
    seen.push(next);
    const { errors, cause } = next as { errors?: unknown[]; cause?: unknown };
    next = errors?.at(-1) ?? cause;
  }
  return seen;
}

/** What went wrong, in one line: the innermost reason. */
export function explain(error: unknown): string {
  if (error instanceof StreamingApiError)
    return `the account answered ${error.status} ${error.code}: ${error.message}`;
  const innermost = chain(error).at(-1);
  const { apiId, code } = (innermost ?? {}) as { apiId?: string; code?: string };
  return [apiId, reasonOf(innermost) || code].filter(Boolean).join(": ");
}

/** True when the broker refuses something for want of an ACL. */
export function isUnauthorized(error: unknown): boolean {
  return chain(error).some((each) => /_AUTHORIZATION_FAILED$/.test((each as { apiId?: string }).apiId ?? ""));
}
