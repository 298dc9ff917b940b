/**
 * From where service users log in: for each one that has ranges in the stack's settings a network rule with them and a
 * policy that admits them and nobody else. A key that is stolen is of no use from elsewhere. Source: "Controlling
 * network traffic with network policies": a user's own policy goes before the account's.
 */
import type { StackConfig } from "../infra/config/schema.ts";
import type { Names } from "../infra/names.ts";
import type { NetworkPolicy, NetworkRule, ServiceUser } from "../infra/platform.ts";

export interface Networks {
  rules: NetworkRule[];
  policies: NetworkPolicy[];
  /** As given, with the policy of those that have one. */
  users: ServiceUser[];
}

export function planNetworks(
  users: readonly ServiceUser[],
  config: Pick<StackConfig, "serviceUsers">,
  names: Names,
): Networks {
  const networks: Networks = { rules: [], policies: [], users: [] };
  for (const user of users) {
    const addresses = config.serviceUsers[user.key]?.allowedFrom ?? [];
    if (addresses.length === 0) {
      networks.users.push(user);
      continue;
    }
    const rule = names.networkRule(user.key);
    const policy = names.networkPolicy(user.key);
    networks.rules.push({
      key: `network:${user.key}`,
      ...rule,
      addresses: [...addresses].sort(),
      comment: `Where ${user.name} logs in from.`,
    });
    networks.policies.push({
      key: `network:${user.key}`,
      name: policy,
      allowed: [rule],
      comment: `Admits ${user.name} from its own addresses.`,
    });
    networks.users.push({ ...user, networkPolicy: policy });
  }
  return networks;
}
