/**
 * Features as of a day are made of what was known on that day. The generated company is looked at on its first day, and
 * again after days of deliveries: what is said of the days before the first must be the same, to the row.
 */
import { quotedObject } from "../../../infra/names.ts";
import { Company } from "./company.ts";

const FEATURES = ["customer", "lead"];
const DAYS = 12;
/** What looks ahead: tickets without a bound in time. The same comparison must tell it. */
const LEAKY = `select b.account_id, b.day, count(t.ticket_id) as tickets
  from firn_core.feature.customer_as_of b left join firn_core.support.ticket t on t.account_id = b.account_id
  where b.day < '2026-03-01' group by b.account_id, b.day`;

let company: Company;
beforeAll(async () => {
  company = await Company.open({
    scale: 0.15,
    seed: 3,
    wanted: FEATURES.flatMap((name) => [`core.feature.${name}`, `core.feature.${name}_outcome`]),
  });
  await company.land(1);
  await company.run();
  for (const name of FEATURES)
    await company.rows(
      `create table d.s.${name}_before as select * from firn_core.feature.${name} where day < '2026-03-01'`,
    );
  await company.rows(`create table d.s.leaky_before as ${LEAKY}`);
  for (let day = 2; day <= DAYS; day++) await company.land(day);
  await company.run();
}, 300_000);
afterAll(() => company.close());

test.each(FEATURES)("nothing that happened later changes a row of core.feature.%s", async (name) => {
  const [[before]] = (await company.rows(`select count(*) from d.s.${name}_before`)) as [[string]];
  expect(Number(before)).toBeGreaterThan(200);
  const after = `select * from firn_core.feature.${name} where day < '2026-03-01'`;
  expect(await company.rows(`select * from d.s.${name}_before minus ${after}`)).toEqual([]);
  expect(await company.rows(`${after} minus select * from d.s.${name}_before`)).toEqual([]);
});

test("a feature that looks ahead does not pass", async () => {
  expect(await company.rows(`select * from d.s.leaky_before minus (${LEAKY})`)).not.toEqual([]);
});

test("later days did bring something: new cases, and outcomes that were not known before", async () => {
  for (const name of FEATURES) {
    const [[cases]] = (await company.rows(
      `select count(*) from firn_core.feature.${name} where day > '2026-03-01'`,
    )) as [[string]];
    expect(Number(cases)).toBeGreaterThan(20);
  }
});

test.each(FEATURES.flatMap((name) => [name, `${name}_outcome`]))(
  "core.feature.%s, maintained by its task, is what a full refresh would make it",
  async (name) => {
    const model = company.platform.models.find((one) => one.logical === `core.feature.${name}`)!;
    const columns = model.columns.map((column) => `"${column.name}"`).join(", ");
    const kept = `select ${columns} from ${quotedObject(model.name)}`;
    const whole = `select ${columns} from (${model.query})`;
    expect(await company.rows(`${kept} minus ${whole}`)).toEqual([]);
    expect(await company.rows(`${whole} minus ${kept}`)).toEqual([]);
  },
);
