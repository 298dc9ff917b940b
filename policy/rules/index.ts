import type { AnyRule } from "../rule.ts";
import aclNoWildcards from "./acl-no-wildcards.ts";
import automationRole from "./automation-role.ts";
import bucketClosed from "./bucket-closed.ts";
import declaredReplacement from "./declared-replacement.ts";
import iamNoWildcards from "./iam-no-wildcards.ts";
import monitorSuspends from "./monitor-suspends.ts";
import noAccountAdmin from "./no-account-admin.ts";
import noPublicGrants from "./no-public-grants.ts";
import noPublicRoles from "./no-public-roles.ts";
import noUserGrants from "./no-user-grants.ts";
import personalDataMasked from "./personal-data-masked.ts";
import serverlessCap from "./serverless-cap.ts";
import serviceUserLogin from "./service-user-login.ts";
import serviceUserNetwork from "./service-user-network.ts";
import statefulProtected from "./stateful-protected.ts";
import usersGetFunctionalRoles from "./users-get-functional-roles.ts";
import warehouseAutoSuspend from "./warehouse-auto-suspend.ts";
import warehouseMonitor from "./warehouse-monitor.ts";
import warehouseOwner from "./warehouse-owner.ts";
import warehouseSize from "./warehouse-size.ts";
import warehouseTimeout from "./warehouse-timeout.ts";

/** Every rule, one a file. */
export const RULES: readonly AnyRule[] = [
  aclNoWildcards,
  automationRole,
  bucketClosed,
  declaredReplacement,
  iamNoWildcards,
  monitorSuspends,
  noAccountAdmin,
  noPublicGrants,
  noPublicRoles,
  noUserGrants,
  personalDataMasked,
  serverlessCap,
  serviceUserLogin,
  serviceUserNetwork,
  statefulProtected,
  usersGetFunctionalRoles,
  warehouseAutoSuspend,
  warehouseMonitor,
  warehouseOwner,
  warehouseSize,
  warehouseTimeout,
];
