import type { ParameterValue } from "./parameters.ts";
import type { Session } from "./session.ts";

const ROOT = Symbol("root session");
type Derived = Session & { [ROOT]?: Session };

/** The session itself, for one that was derived with parameters of one request. */
export const rootOf = (session: Session): Session => (session as Derived)[ROOT] ?? session;

/** The session with parameters of one request over its own. */
export function withParameters(session: Session, extra: Record<string, ParameterValue> | undefined): Session {
  if (!extra || Object.keys(extra).length === 0) return session;
  const parameters = new Map(session.parameters);
  for (const [name, value] of Object.entries(extra)) parameters.set(name.toUpperCase(), value);
  // Assignments (USE ROLE …) must reach the session itself: forward them.
  return new Proxy(session, {
    get: (target, key) =>
      key === "parameters" ? parameters : key === ROOT ? rootOf(session) : Reflect.get(target, key),
    set: (target, key, value) => Reflect.set(target, key, value),
  });
}
