import { createWorld } from "../../../local/data/generate.ts";
import { readWorld, type SalesforceRow, sums, tally } from "./naive-reader.ts";

const DAYS = 4;
const core = { seed: 11, startDay: "2026-03-04", scale: 0.1 };
const world = createWorld({ ...core, sources: "all" });
const { truth, tables } = world.truth(DAYS);
const { kpis } = truth;
const readout = readWorld(world, DAYS);
type Fields = Record<string, unknown>;
const rows = (source: string): Fields[] => [...readout.latest.get(source)!.values()];
const live = (source: string): SalesforceRow[] =>
  (rows(source) as SalesforceRow[]).filter((row) => !row.IsDeleted);
const text = (value: unknown): string => String(value);
const messages = [...readout.console.values()];

test("the counts of every source are those a plain reader finds, every flaw included", () => {
  expect(truth.sources.map((source) => source.source)).toEqual([...world.sources].sort());
  for (const source of truth.sources) {
    const { records, unique, duplicates, malformed } = readout.counts.get(source.source)!;
    expect(source).toMatchObject({ records, unique, duplicates, malformed });
    if (source.source === "contract") continue;
    expect(source.records - source.unique - source.duplicates).toBeGreaterThan(0);
    expect(source.duplicates).toBeGreaterThan(0);
  }
});

test("more sources change nothing of the core's", () => {
  const alone = createWorld(core);
  expect(alone.sources).toEqual(world.sources.slice(0, alone.sources.length));
  const numbers = alone.truth(DAYS).truth;
  for (const [name, value] of Object.entries(numbers.kpis)) {
    if (name !== "rejected_records") expect(kpis).toHaveProperty(name, value);
  }
  for (const source of numbers.sources) expect(truth.sources).toContainEqual(source);
  const bytes = (from: typeof world) =>
    [...from.day(2).events()]
      .filter((b) => b.source === "product_events")
      .map((b) => b.lines.toString("latin1"));
  expect(bytes(world)).toEqual(bytes(alone));
});

test("an unknown source is refused with the names there are", () => {
  expect(() => createWorld({ ...core, sources: ["paid_serach"] })).toThrow(
    /"paid_serach" given, one of .*paid_search/,
  );
});

test("one source more is delivered alone", () => {
  expect(createWorld({ ...core, sources: ["support_ticket"] }).sources.at(-1)).toBe("support_ticket");
});

test("sales cycles: median, mean, and without partners", () => {
  const won = live("salesforce_opportunity").filter((row) => row["IsWon"] && row["Type"] === "New Business");
  const days = (list: SalesforceRow[]) =>
    list
      .map(
        (row) =>
          (Date.parse(text(row["CloseDate"])) - Date.parse(text(row["CreatedDate"]).slice(0, 10))) /
          86_400_000,
      )
      .sort((a, b) => a - b);
  const median = (list: number[]) =>
    (list[Math.floor((list.length - 1) / 2)]! + list[Math.floor(list.length / 2)]!) / 2;
  const all = days(won);
  const direct = days(won.filter((row) => !row["Partner_Sourced__c"]));
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const expected = [mean, median(all), median(direct)];
  kpis.sales_cycle!.forEach((row, i) => {
    expect(Number(row.days)).toBeCloseTo(expected[i]!, 1);
  });
  expect(direct.length).toBeLessThan(all.length);
});

test("campaign members", () => {
  const names = new Map(rows("salesforce_campaign").map((row) => [row["Id"], text(row["Name"])]));
  const members = rows("salesforce_campaignmember");
  expect(kpis.members_by_campaign!.map((row) => [row.campaign, row.members])).toEqual(
    tally(members, (row) => names.get(row["CampaignId"])!),
  );
  expect(kpis.members_by_campaign!.reduce((sum, row) => sum + row.responded, 0)).toBe(
    members.filter((row) => row["HasResponded"]).length,
  );
  const leads = readout.latest.get("salesforce_lead")!;
  for (const member of members) expect(leads.has(text(member["LeadId"]))).toBe(true);
});

test("advertisements, by the latest report of each day", () => {
  const search = rows("paid_search");
  const clicks = (keyword: string) =>
    search.filter((row) => row["keyword"] === keyword).reduce((sum, row) => sum + Number(row["clicks"]), 0);
  expect(kpis.search_by_keyword!.map((row) => [row.keyword, row.cost])).toEqual(
    sums(
      search,
      (row) => text(row["keyword"]),
      (row) => Number(row["cost_micros"]) / 1e6,
    ).map(([k, , cost]) => [k, cost]),
  );
  for (const row of kpis.search_by_keyword!) expect(row.clicks).toBe(clicks(row.keyword));
  expect(kpis.social_by_ad!.map((row) => [row.ad, row.cost])).toEqual(
    sums(
      rows("paid_social"),
      (row) => text(row["ad"]),
      (row) => text(row["spend"]),
    ).map(([k, , cost]) => [k, cost]),
  );
});

test("e-mail activity by type", () => {
  expect(kpis.email_activity_by_type!.map((row) => [row.type, row.activities])).toEqual(
    tally(rows("marketing_email_activity"), (row) => text(row["type"])),
  );
});

test("invoices and the payments of the XML, to the cent", () => {
  const invoices = rows("billing_invoice");
  const total = (row: Fields) => text(row["total"]);
  expect(kpis.invoices_by_status!.map((r) => [r.status, r.invoices, r.amount])).toEqual(
    sums(invoices, (row) => text(row["status"]), total),
  );
  expect(kpis.invoiced_by_month!.map((r) => [r.month, r.invoices, r.amount])).toEqual(
    sums(
      invoices.filter((row) => row["status"] !== "void"),
      (row) => text(row["issued_at"]).slice(0, 7),
      total,
    ),
  );
  const paid = rows("billing_payment").filter((row) => row["status"] === "succeeded");
  expect(kpis.payments_by_month!.map((r) => [r.month, r.payments, r.amount])).toEqual(
    sums(
      paid,
      (row) => text(row["paid_at"]).slice(0, 7),
      (row) => text(row["amount"]),
    ),
  );
  for (const invoice of invoices) {
    const lines = invoice["lines"] as { amount: string }[];
    const sum = lines.reduce((cents, line) => cents + Math.round(Number(line.amount) * 100), 0);
    expect(sum + Math.round(Number(invoice["tax"]) * 100)).toBe(Math.round(Number(total(invoice)) * 100));
  }
});

test("the XML of payments is one document with one payment a line", () => {
  for (const file of world.day(1).exports()) {
    if (file.source !== "billing_payment") continue;
    const lines = file.lines.toString().trimEnd().split("\n");
    expect(lines.slice(0, 2)).toEqual(['<?xml version="1.0" encoding="UTF-8"?>', "<payments>"]);
    expect(lines.at(-1)).toBe("</payments>");
    for (const line of lines.slice(2, -1)) expect(line).toMatch(/^<payment .*<\/payment>$/);
  }
});

test("tickets by status, and those opened each day", () => {
  const tickets = rows("support_ticket");
  expect(kpis.tickets_by_status!.map((row) => [row.status, row.tickets])).toEqual(
    tally(tickets, (row) => text(row["status"])),
  );
  const opened = tickets
    .map((row) => text(row["created_at"]).slice(0, 10))
    .filter((day) => day >= core.startDay);
  expect(kpis.tickets_opened_per_day!.map((row) => [row.day, row.tickets])).toEqual(
    tally(opened, (day) => day),
  );
});

test("contracts are documents under their account", () => {
  const keys = [...readout.files.keys()].filter((key) => key.startsWith("contracts/"));
  expect(kpis.contract_files![0]!.files).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) expect(key).toMatch(/^contracts\/001\w{15}\/006\w{15}\.pdf$/);
});

test("console messages per day, and the late ones", () => {
  expect(kpis.console_events_per_day!.map((row) => [row.day, row.events])).toEqual(
    tally(messages, (message) => text(message["timestamp"]).slice(0, 10)),
  );
  const late = messages.filter((message) => message.landedOn > text(message["timestamp"]).slice(0, 10));
  expect(truth.sources.find((source) => source.source === "console_events")!.late).toBe(late.length);
  expect(late.length).toBeGreaterThan(0);
});

test("sessions, rage clicks and error loops, by their definitions", () => {
  const byUser = new Map<string, typeof messages>();
  for (const message of messages) {
    if ((message["context"] as { app: { name: string } }).app.name !== "console") continue;
    const user = text(message["userId"]);
    byUser.set(user, [...(byUser.get(user) ?? []), message]);
  }
  const found: { day: string; rage: boolean; loop: boolean }[] = [];
  for (const list of byUser.values()) {
    list.sort((a, b) => (text(a["timestamp"]) < text(b["timestamp"]) ? -1 : 1));
    let session: typeof messages = [];
    const close = () => {
      if (session.length === 0) return;
      const dense = (name: string, field: string, count: number, within: number) =>
        session.some((start) => {
          if (start["event"] !== name) return false;
          const value = (start["properties"] as Fields)[field];
          const from = Date.parse(text(start["timestamp"]));
          const same = session.filter(
            (m) =>
              m["event"] === name &&
              (m["properties"] as Fields)[field] === value &&
              Date.parse(text(m["timestamp"])) >= from &&
              Date.parse(text(m["timestamp"])) <= from + within,
          );
          return same.length >= count;
        });
      found.push({
        day: text(session[0]!["timestamp"]).slice(0, 10),
        rage: dense("Element Clicked", "element", 4, 2000),
        loop: dense("Error Shown", "error_code", 3, 60_000),
      });
      session = [];
    };
    for (const message of list) {
      const last = session.at(-1);
      if (last && Date.parse(text(message["timestamp"])) - Date.parse(text(last["timestamp"])) > 1_800_000)
        close();
      session.push(message);
    }
    close();
  }
  const perDay = (filter: (s: (typeof found)[number]) => boolean) =>
    new Map(tally(found.filter(filter), (session) => session.day));
  for (const row of kpis.console_friction_per_day!) {
    expect(row).toEqual({
      day: row.day,
      sessions: perDay(() => true).get(row.day),
      rage_click_sessions: perDay((s) => s.rage).get(row.day) ?? 0,
      error_loop_sessions: perDay((s) => s.loop).get(row.day) ?? 0,
    });
  }
  expect(found.some((session) => session.rage) && found.some((session) => session.loop)).toBe(true);
});

test("Segment's clock: timestamp is originalTimestamp less the skew that sentAt shows", () => {
  let skewed = 0;
  for (const m of messages) {
    const at = (field: string) => Date.parse(text(m[field]));
    const skew = at("sentAt") - at("receivedAt");
    if (Math.abs(skew) > 60_000) skewed++;
    expect(Math.abs(at("originalTimestamp") - skew - at("timestamp"))).toBeLessThan(1000);
  }
  expect(skewed).toBeGreaterThan(0);
});

test("experiments, recounted from assignments, exposures and what came after", () => {
  const orgs = live("salesforce_directory_org__c");
  const paid = new Set(
    orgs
      .filter((row) => ["Business", "Enterprise"].includes(text(row["Plan__c"])))
      .map((row) => text(row["Org_Id__c"])),
  );
  const clicked = new Set(
    messages.filter((m) => m["event"] === "Trial Button Clicked").map((m) => text(m["anonymousId"])),
  );
  const exposed = new Set(rows("experiment_exposure").map((row) => `${row["experiment"]} ${row["unit_id"]}`));
  const assigned = rows("experiment_assignment");
  for (const arm of kpis.experiment_results!) {
    const units = assigned.filter(
      (row) => row["experiment"] === arm.experiment && row["variant"] === arm.variant,
    );
    expect(arm.assigned).toBe(units.length);
    expect(arm.exposed).toBe(
      units.filter((row) => exposed.has(`${arm.experiment} ${row["unit_id"]}`)).length,
    );
    const converts = arm.metric === "paid" ? paid : clicked;
    expect(arm.converted).toBe(units.filter((row) => converts.has(text(row["unit_id"]))).length);
  }
  expect(kpis.experiment_results!.length).toBe(6);
});

describe("one view of the customer, by the rules of the README", () => {
  const FREE = ["gmail.com", "outlook.com", "yahoo.com", "proton.me", "gmx.de", "icloud.com"];
  const domain = (email: string) => email.toLowerCase().split("@")[1]!.replace(/^eu\./, "");
  const accountByDomain = new Map(
    live("salesforce_account").map((row) => [text(row["Website"]).replace("https://www.", ""), row.Id]),
  );
  const accountByOrg = new Map(
    live("salesforce_directory_org__c").map((row) => [row["Org_Id__c"], text(row["Account__c"])]),
  );
  const touches = rows("marketing_touch").sort((a, b) =>
    text(a["touched_at"]) < text(b["touched_at"]) ? -1 : 1,
  );
  const accountOf = new Map<string, string>();
  const known = new Set<string>();
  for (const touch of touches) {
    if (touch["type"] !== "form_submit") continue;
    const visitor = text(touch["anonymous_id"]);
    known.add(visitor);
    const email = domain(text(touch["email"]));
    const account = FREE.includes(email)
      ? (accountOf.get(visitor) ?? accountByOrg.get(touch["org_id"]))
      : accountByDomain.get(email);
    if (account) accountOf.set(visitor, account);
  }

  test("visitors by how far they are known", () => {
    const visitors = new Set(touches.map((touch) => text(touch["anonymous_id"])));
    const level = (visitor: string) =>
      accountOf.has(visitor) ? "account" : known.has(visitor) ? "lead" : "anonymous";
    expect(kpis.visitors_by_identity!.map((row) => [row.level, row.visitors])).toEqual(
      tally(visitors, level),
    );
  });

  test("every link from browser to lead to account", () => {
    const leads = new Map(rows("salesforce_lead").map((row) => [row["Email"], row]));
    const links = tables["identity_links"]!;
    expect(links.length).toBe(touches.filter((touch) => touch["type"] === "form_submit").length);
    for (const link of links) {
      expect(link["account_id"]).toBe(accountOf.get(text(link["anonymous_id"])) ?? null);
      const lead = readout.latest.get("salesforce_lead")!.get(text(link["lead_id"]))!;
      expect(leads.has(lead["Email"])).toBe(true);
      expect(link["contact_id"]).toBe(lead["ConvertedContactId"]);
    }
  });

  test("first and last visit before each opportunity", () => {
    const visits = touches.filter((touch) => touch["type"] === "visit");
    const expected = live("salesforce_opportunity")
      .sort((a, b) => (a.Id < b.Id ? -1 : 1))
      .map((deal) => {
        const before = visits.filter(
          (touch) =>
            accountOf.get(text(touch["anonymous_id"])) === deal["AccountId"] &&
            Date.parse(text(touch["touched_at"])) <= Date.parse(text(deal["CreatedDate"])),
        );
        return [deal.Id, before.length, before[0]?.["touched_at"] ?? null, before[0]?.["utm_term"] ?? null];
      });
    expect(
      tables["opportunity_touches"]!.map((row) => [
        row["opportunity_id"],
        row["visits"],
        row["first_touch_at"],
        row["first_keyword"],
      ]),
    ).toEqual(expected);
  });

  test("keywords down the funnel", () => {
    const won = new Map(
      live("salesforce_opportunity").map((row) => [row.Id, row["IsWon"] ? Number(row["Amount"]) : 0]),
    );
    const byKeyword = tables["opportunity_touches"]!.filter((row) => row["first_keyword"] !== null);
    const expected = sums(
      byKeyword,
      (row) => text(row["first_keyword"]),
      (row) => won.get(text(row["opportunity_id"]))!,
    );
    expect(
      kpis
        .keyword_funnel!.filter((row) => row.opportunities > 0)
        .map((r) => [r.keyword, r.opportunities, r.revenue]),
    ).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  test("trial sign-ups are more than companies, by channel", () => {
    const signups = touches.filter((touch) => touch["type"] === "form_submit" && touch["org_id"] !== null);
    const total = kpis.trial_signups_by_channel!.reduce((sum, row) => sum + row.signups, 0);
    expect(total).toBe(signups.length);
    const business = new Set(
      signups.map((touch) => domain(text(touch["email"]))).filter((d) => !FREE.includes(d)),
    );
    expect(kpis.trial_signups_by_channel!.reduce((sum, row) => sum + row.business_domains, 0)).toBe(
      business.size,
    );
    expect(kpis.trial_signups_by_channel!.reduce((sum, row) => sum + row.companies, 0)).toBeLessThan(total);
  });
});

test("rows can be amended on their way out", () => {
  const amend = (source: string, row: Record<string, unknown>) =>
    source === "salesforce_account" ? { ...row, Health_Score__c: 71 } : row;
  for (const file of world.day(1).exports(amend as never)) {
    const health = file.lines.toString().split("Health_Score__c").length - 1;
    if (file.source === "salesforce_account") expect(health).toBeGreaterThan(5);
    else expect(health).toBe(0);
  }
});

test("the 90 days after the last day are told for accounts and leads, and both outcomes occur", () => {
  const big = createWorld({ ...core, scale: 2 }).truth(1).tables;
  const some = (name: string, field: string) => new Set(big[name]!.map((row) => row[field]));
  expect(some("account_outcomes", "churns_within_90_days").size).toBe(2);
  expect(some("account_outcomes", "expands_within_90_days").size).toBe(2);
  expect(some("lead_outcomes", "converts_within_90_days").size).toBe(2);
});
