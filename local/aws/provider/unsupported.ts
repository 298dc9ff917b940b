/**
 * Resource types that nothing here executes. As a rule they are refused by name. Where the caller asks for it, to see
 * how far the rest of a program comes, they are stood in for: the state gets what was given and an id that says that
 * nothing was made, by which whoever reads the state can list them.
 */
import { UserError } from "./errors.ts";
import { type Json, type Properties, UNKNOWN } from "./values.ts";

/** `refuse` (or not set), or `stand-in`. */
export const UNSUPPORTED_VARIABLE = "FIRN_AWS_UNSUPPORTED";

/** What the id of a resource begins with that was only stood in for. */
export const STAND_IN_ID = "not-executed-";

export const standsInForUnsupported = (env: NodeJS.ProcessEnv): boolean => {
  const given = env[UNSUPPORTED_VARIABLE] ?? "refuse";
  if (given === "stand-in") return true;
  if (given === "refuse") return false;
  throw new UserError(`${UNSUPPORTED_VARIABLE} is refuse or stand-in, not ${given}`);
};

/** `aws:mskconnect/connector:Connector` and the like, from a URN: the last of its chain of parents' types. */
export const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").pop() ?? "";

/** The id and state of a resource that is not made. Others may need its ARN: it is composed as AWS composes them. */
export function standIn(
  urn: string,
  inputs: Properties,
  place: { region: string; accountId: string },
): { id: string; state: Properties } {
  const name = String(inputs["name"] ?? urn.split("::").at(-1) ?? "");
  const service = typeOf(urn).split(":")[1]?.split("/")[0] ?? "";
  const id = `${STAND_IN_ID}${name}`;
  const arn = `arn:aws:${service}:${place.region}:${place.accountId}:${id}`;
  return { id, state: { arn, ...inputs } };
}

/** In a preview nothing is known of it but what was given. */
export const standInPreview = (inputs: Properties): Properties => ({ arn: UNKNOWN as Json, ...inputs });

/** Changes whose effect cannot be known; every one is an update. */
export const changedInputs = (olds: Properties, news: Properties): string[] =>
  [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name]),
  );
