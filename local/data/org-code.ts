import { hex32 } from "./hex.ts";
import { label, mix32 } from "./random.ts";

const ORG = label("org code");
const USER = label("user code");

/** The product's organisation id, e.g. `org_5f3a9c1e`; one to one with the index, in no visible order. */
export const orgCode = (seed: number, orgIndex: number): string =>
  `org_${hex32(mix32(orgIndex ^ seed ^ ORG))}`;

/** What the ids of an organisation's users begin with; the user's number in three digits of base 36 follows. */
export const userCodePrefix = (seed: number, orgIndex: number): string =>
  `usr_${hex32(mix32(orgIndex ^ seed ^ USER))}`;
