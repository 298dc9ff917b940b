import type { Services } from "../session/context.ts";
import { PARAMETERS, sessionParameter } from "../session/parameters.ts";
import type { Session } from "../session/session.ts";

/** Session parameters that drivers read from log-in and query answers. Several crash without the formats. */
const FOR_DRIVERS = [...PARAMETERS.values()].filter((definition) => definition.levels.includes("SESSION"));

/** Name and value pairs. A log-in tells all; a query only those that decide how its result is read. */
export function driverParameters(services: Services, session: Session): { name: string; value: unknown }[] {
  return FOR_DRIVERS.map(({ name }) => ({
    name,
    value: sessionParameter(services.catalog, session, name).value,
  }));
}
