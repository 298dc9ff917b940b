import { BlockList, isIPv4 } from "node:net";
import type { NetworkPolicyProps } from "../catalog/loose-props.ts";
import { ACCOUNT_ID, type CatalogObject } from "../catalog/model.ts";
import { SnowflakeError } from "../errors.ts";
import type { Services } from "../session/context.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Network policies at log-in and at each statement. The user's own policy goes before the account's; blocked addresses
 * go before allowed ones; what is on no allowed list is refused. Source: "Controlling network traffic with network
 * policies". Only rules of type IPV4 and mode INGRESS admit an address here: the server has no private endpoint.
 */
export function requireNetwork(services: Services, user: CatalogObject<"USER">, ip: string): void {
  if (services.admitLoopback === true && loopback.check(plain(ip), isIPv4(plain(ip)) ? "ipv4" : "ipv6"))
    return;
  const policy = policyOf(services, user);
  if (policy && !admits(services, policy, ip))
    throw new SnowflakeError(
      "390422",
      "08001",
      `Incoming request with IP/Token ${plain(ip)} is not allowed to access Snowflake. Contact your account administrator.`,
    );
}

function policyOf(services: Services, user: CatalogObject<"USER">): NetworkPolicyProps | undefined {
  const { catalog } = services;
  const own = user.props.networkPolicyId;
  if (own !== null) return catalog.getAs("NETWORK_POLICY", own)?.props;
  const name = catalog.listAll("ACCOUNT_SETTINGS")[0]?.props.parameters["NETWORK_POLICY"];
  if (typeof name !== "string" || name === "") return undefined;
  return catalog.find("NETWORK_POLICY", ACCOUNT_ID, name.toUpperCase())?.props;
}

function admits(services: Services, policy: NetworkPolicyProps, ip: string): boolean {
  const address = plain(ip);
  if (!isIPv4(address)) return false;
  const listed = (rules: readonly number[], ips: readonly string[]) =>
    blockList([...ips, ...rules.flatMap((id) => ingress(services, id))]).check(address, "ipv4");
  return !listed(policy.blockedRules, policy.blockedIps) && listed(policy.allowedRules, policy.allowedIps);
}

function ingress(services: Services, ruleId: number): string[] {
  const rule = services.catalog.getAs("NETWORK_RULE", ruleId);
  if (!rule || rule.droppedOn !== null) return [];
  return rule.props.type === "IPV4" && rule.props.mode === "INGRESS" ? rule.props.values : [];
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, bits === undefined ? 32 : Number(bits), "ipv4");
  }
  return list;
}

/** A socket that takes IPv6 too writes IPv4 addresses as `::ffff:127.0.0.1`. */
const plain = (ip: string): string => (ip.startsWith("::ffff:") ? ip.slice("::ffff:".length) : ip);
