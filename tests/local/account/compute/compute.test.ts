import { Catalog } from "../../../../local/account/catalog/catalog.ts";
import type { ResourceMonitorProps, WarehouseProps } from "../../../../local/account/catalog/model.ts";
import { VirtualClock } from "../../../../local/account/clock.ts";
import { Compute } from "../../../../local/account/compute/compute.ts";
import type { SnowflakeError } from "../../../../local/account/errors.ts";
import { ConnectionPool } from "../../../../local/account/session/connections.ts";
import { Storage } from "../../../../local/account/storage/storage.ts";
import { WorkTracker } from "../../../../local/account/work-tracker.ts";

const START = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const HOUR = 3_600_000;

async function open() {
  const storage = await Storage.open(":memory:");
  const pool = new ConnectionPool(storage);
  const clock = new VirtualClock(START);
  const catalog = new Catalog(clock);
  const tracker = new WorkTracker();
  const compute = new Compute({ catalog, clock, pool, tracker });
  await compute.start();
  await pool.use((c) =>
    catalog.change(c, (change) => {
      change.create({
        kind: "ACCOUNT_SETTINGS",
        parent: 0,
        name: "ACCOUNT",
        owner: null,
        comment: null,
        props: { parameters: {}, resourceMonitorId: null },
      });
    }),
  );
  const add = (props: Partial<WarehouseProps> = {}, name = "WH") =>
    pool.use((c) =>
      catalog.change(
        c,
        (change) =>
          change.create({
            kind: "WAREHOUSE",
            parent: 0,
            name,
            owner: null,
            comment: null,
            props: {
              type: "STANDARD",
              size: "X-Small",
              minClusterCount: 1,
              maxClusterCount: 1,
              scalingPolicy: "STANDARD",
              autoSuspend: 60,
              autoResume: true,
              resourceMonitorId: null,
              enableQueryAcceleration: false,
              queryAccelerationMaxScaleFactor: 8,
              resourceConstraint: null,
              generation: null,
              state: "SUSPENDED",
              parameters: {},
              ...props,
            },
          }).id,
      ),
    );
  const monitor = (props: Partial<ResourceMonitorProps>) =>
    pool.use((c) =>
      catalog.change(
        c,
        (change) =>
          change.create({
            kind: "RESOURCE_MONITOR",
            parent: 0,
            name: "RM",
            owner: null,
            comment: null,
            props: {
              creditQuota: 1,
              frequency: "MONTHLY",
              startTimestamp: null,
              endTimestamp: null,
              notifyAt: [],
              suspendAt: null,
              suspendImmediateAt: null,
              notifyUsers: [],
              level: null,
              ...props,
            },
          }).id,
      ),
    );
  let queries = 0;
  const aborted: SnowflakeError[] = [];
  const admit = (warehouseId: number, queuedTimeoutSeconds = 0) =>
    compute.admit(
      warehouseId,
      { queryId: String(++queries), queuedTimeoutSeconds, abort: (reason) => aborted.push(reason) },
      new AbortController().signal,
    );
  const advance = (ms: number) => clock.advance(clock.now() + ms, () => tracker.settle());
  const credits = (id: number) => compute.ledger.credits([id], START, START + 1000 * 24 * HOUR, clock.now());
  const close = async () => {
    await compute.close();
    pool.close();
    storage.close();
  };
  return { compute, catalog, clock, pool, add, monitor, admit, advance, credits, aborted, close };
}

test("a statement resumes the warehouse; it suspends at the check after AUTO_SUSPEND; a minute is the least", async () => {
  const account = await open();
  const id = await account.add({ autoSuspend: 45 });
  const place = await account.admit(id);
  expect(account.compute.state(id)).toMatchObject({ state: "STARTED", running: 1, startedClusters: 1 });
  await account.advance(5 * SECOND);
  place.release();
  await account.advance(50 * SECOND);
  expect(account.compute.state(id).state).toBe("STARTED");
  await account.advance(5 * SECOND);
  // Idle since second 5; checks at 30 and 60.
  expect(account.compute.state(id).state).toBe("SUSPENDED");
  expect(account.credits(id)).toBeCloseTo(60 / 3600, 9);
  await account.close();
});

test("billing is per second after the first minute, by size and clusters", async () => {
  const account = await open();
  const id = await account.add({ size: "Medium", minClusterCount: 2, maxClusterCount: 2, autoSuspend: null });
  await account.compute.resume(id);
  await account.advance(100 * SECOND);
  await account.compute.suspend(id);
  expect(account.credits(id)).toBeCloseTo((4 * 2 * 100) / 3600, 9);
  await account.close();
});

test("statements beyond MAX_CONCURRENCY_LEVEL queue, in order, and time out in the queue", async () => {
  const account = await open();
  const id = await account.add({ parameters: { MAX_CONCURRENCY_LEVEL: 1 } });
  const first = await account.admit(id);
  const order: string[] = [];
  const second = account.admit(id).then((place) => {
    order.push("second");
    return place;
  });
  const late = expect(account.admit(id, 10)).rejects.toMatchObject({ code: "000639" });
  await Promise.resolve();
  await Promise.resolve();
  expect(account.compute.state(id)).toMatchObject({ running: 1, queued: 2 });
  await account.advance(10 * SECOND);
  await late;
  first.release();
  (await second).release();
  expect(order).toEqual(["second"]);
  await account.close();
});

test("a multi-cluster warehouse starts a cluster when a statement queues and stops it when it is spare", async () => {
  const account = await open();
  const id = await account.add({
    maxClusterCount: 2,
    autoSuspend: null,
    parameters: { MAX_CONCURRENCY_LEVEL: 1 },
  });
  const first = await account.admit(id);
  const second = await account.admit(id);
  expect(account.compute.state(id).startedClusters).toBe(2);
  second.release();
  await account.advance(4 * 30 * SECOND);
  expect(account.compute.state(id).startedClusters).toBe(1);
  first.release();
  await account.close();
});

test("a monitor notifies once, suspends at its trigger, refuses to resume until the next window", async () => {
  const account = await open();
  const rm = await account.monitor({ creditQuota: 1, notifyAt: [50], suspendAt: 100 });
  const id = await account.add({ autoSuspend: null, resourceMonitorId: rm });
  await account.compute.resume(id);
  await account.advance(2 * HOUR);
  expect(account.compute.state(id).state).toBe("SUSPENDED");
  // One credit is used after an hour; the check that sees it comes within 30 seconds.
  expect(account.credits(id)).toBeCloseTo(1, 2);
  expect(account.compute.monitors.events().map((e) => [e.percent, e.action])).toEqual([
    [50, "NOTIFY"],
    [100, "SUSPEND"],
  ]);
  await expect(account.admit(id)).rejects.toMatchObject({ code: "090073", sqlState: "22000" });
  await account.advance(31 * 24 * HOUR);
  (await account.admit(id)).release();
  expect(account.compute.state(id).state).toBe("STARTED");
  await account.close();
});

test("SUSPEND_IMMEDIATE cancels what runs", async () => {
  const account = await open();
  const rm = await account.monitor({ creditQuota: 1, suspendImmediateAt: 100 });
  const id = await account.add({ autoSuspend: null, resourceMonitorId: rm });
  const place = await account.admit(id);
  await account.advance(2 * HOUR);
  expect(account.aborted.length).toBeGreaterThan(0);
  expect(account.aborted[0]).toMatchObject({ code: "000604" });
  place.release();
  await account.advance(30 * SECOND);
  expect(account.compute.state(id).state).toBe("SUSPENDED");
  await account.close();
});

test("an interval that was open at a kill ends when it was last seen, once", async () => {
  const account = await open();
  const id = await account.add({ autoSuspend: null });
  await account.compute.resume(id);
  await account.advance(200 * SECOND);
  await account.compute.ledger.beat(account.clock.now());
  // The same file read again without a close, as after a kill.
  const { Ledger } = await import("../../../../local/account/compute/ledger.ts");
  const again = new Ledger(account.pool, new WorkTracker());
  await again.load();
  const later = account.clock.now() + HOUR;
  expect(again.credits([id], START, later, later)).toBeCloseTo(200 / 3600, 9);
  await account.close();
});

test("a resize bills each size for its own time", async () => {
  const account = await open();
  const id = await account.add({ autoSuspend: null });
  await account.compute.resume(id);
  await account.advance(100 * SECOND);
  await account.pool.use((c) =>
    account.catalog.change(c, (change) => {
      const warehouse = account.catalog.getAs("WAREHOUSE", id)!;
      change.update(warehouse, { props: { ...warehouse.props, size: "Small" } });
    }),
  );
  await account.advance(100 * SECOND);
  await account.compute.suspend(id);
  expect(account.credits(id)).toBeCloseTo((1 * 100 + 2 * 100) / 3600, 9);
  await account.close();
});
