/** A warehouse's own bounds, credits a month. */
export interface Claim {
  expected: number;
  maximum: number;
}

/** Shares a pool's limit out among its claims: expected use first (cut in proportion where the limit is lower), what remains by how far each can still grow. `maximum` of the result sums to the limit, or to the claims where those are lower. */
export function allot(limit: number, claims: readonly Claim[]): Claim[] {
  const maximum = total(claims, (claim) => claim.maximum);
  if (maximum <= limit) return claims.map((claim) => ({ ...claim }));
  const expected = total(claims, (claim) => claim.expected);
  if (expected >= limit) {
    const scale = expected === 0 ? 0 : limit / expected;
    return claims.map((claim) => ({ expected: claim.expected * scale, maximum: claim.expected * scale }));
  }
  const growth = (limit - expected) / (maximum - expected);
  return claims.map((claim) => ({
    expected: claim.expected,
    maximum: claim.expected + (claim.maximum - claim.expected) * growth,
  }));
}

const total = (claims: readonly Claim[], of: (claim: Claim) => number): number =>
  claims.reduce((sum, claim) => sum + of(claim), 0);
