/** Who may do what: roles, grants, users, and the policies that hide and admit. */
import type { ObjectName, SchemaName } from "../names.ts";

export interface Role {
  key: string;
  name: string;
  kind: "access" | "functional";
  comment: string;
  /** Was on the account before. */
  adopted?: boolean;
}

/** `role` is granted to a parent role or to a user; all are physical names. */
export interface RoleGrant {
  key: string;
  role: string;
  to: { role: string } | { user: string };
  /** Was on the account before. */
  adopted?: boolean;
}

export type GrantTarget =
  | { on: "account" }
  | { on: "database" | "warehouse" | "integration"; name: string }
  | { on: "schema"; schema: SchemaName }
  | { on: "future"; objects: "TABLES" | "VIEWS"; schema: SchemaName }
  | { on: "table" | "view" | "stage" | "file format" | "tag" | "row access policy"; object: ObjectName };

/** Privileges given to one role on one target. `because` names what needs it, for reviews. */
export interface Grant {
  key: string;
  role: string;
  privileges: string[];
  target: GrantTarget;
  because: string;
  /** Was on the account before. */
  adopted?: boolean;
}

export interface ServiceUser {
  key: string;
  name: string;
  role: string;
  /** Base64 of the public key's DER, without header and footer. Public by nature. */
  publicKey: string;
  /** Name of the network policy that says where it logs in from; absent where it may from everywhere. */
  networkPolicy?: string;
  comment: string;
}

/** What hides, and what admits. Masks and tags are absent where the edition has no masking policies. */
export interface Governance {
  masks: MaskingPolicy[];
  tags: Tag[];
  associations: TagAssociation[];
  rowPolicies: RowAccessPolicy[];
  networkRules: NetworkRule[];
  networkPolicies: NetworkPolicy[];
}

/** Rows are seen by roles of `all`, and by the role of `own` whose value the argument has. */
export interface RowAccessPolicy extends ObjectName {
  key: string;
  argument: { name: string; type: string };
  all: string[];
  own: { value: string; role: string }[];
  body: string;
  comment: string;
}

/** Ranges of IPv4 addresses from which requests come. */
export interface NetworkRule extends ObjectName {
  key: string;
  addresses: string[];
  comment: string;
}

/** Admits requests that one of its rules names. */
export interface NetworkPolicy {
  key: string;
  name: string;
  allowed: ObjectName[];
  comment: string;
}

/** Values of one data type as they are seen; one argument, `VAL`. */
export interface MaskingPolicy extends ObjectName {
  key: string;
  /** `VARCHAR`, `VARIANT`, `NUMBER`, …: what columns are matched by. */
  type: string;
  body: string;
  /** Roles that the body lets see the value. */
  unmasked: string[];
  comment: string;
}

/** A tag; columns that carry it are masked by the policy of their type. */
export interface Tag extends ObjectName {
  key: string;
  allowedValues: string[];
  masks: ObjectName[];
  comment: string;
}

/** A tag with one value on columns (names in four parts), or on schemas (in two), which their columns inherit. */
export interface TagAssociation {
  key: string;
  tag: ObjectName;
  value: string;
  on: "column" | "schema";
  objects: string[][];
}

/** A masking policy on a column: sessions with one of the roles of `unmasked`, or with one that holds it, see values. */
export interface ColumnMasking {
  policy: string;
  unmasked: string[];
}
