export {
  addDefaultSchemas,
  bootstrapAccount,
  type FirstUser,
  newUser,
  SYSTEM_ROLE_NAMES,
} from "./bootstrap.ts";
export { applyFutureGrants, futureGrantsFor } from "./future.ts";
export { isPlainIdentifier, parseName, printIdentifier, printName } from "./identifier.ts";
export { KINDS, type KindFacts, kindTitle } from "./kinds.ts";
export {
  canManageGrants,
  canSee,
  denied,
  fullName,
  hasPrivilege,
  isSystemSchema,
  mayUse,
  nameParts,
  ownsObject,
  requireCreate,
  requirePrivilege,
  roleHasGlobal,
  type Securable,
} from "./privileges.ts";
export {
  currentDatabase,
  currentSchema,
  findObject,
  type ResolveOptions,
  resolveDatabase,
  resolveObject,
  resolveSchema,
  resolveTarget,
  type Target,
} from "./resolve.ts";
export {
  type AccessContext,
  activeRoles,
  asRole,
  isAccountAdmin,
  mayUseRole,
  primaryRoles,
  publicRole,
  roleClosure,
  rolesGrantedTo,
  secondaryRolesOf,
} from "./roles.ts";
