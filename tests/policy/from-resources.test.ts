import { type EngineResource, subjectsOfResource, subjectsOfStack } from "../../policy/from-resources.ts";

const resource = (
  type: string,
  props: Record<string, unknown>,
  name = "it",
  protect = false,
): EngineResource => ({ type, name, props, protect });
const unknown = (): never => {
  throw new Error("not known in a preview");
};

describe("resources of the engine as facts", () => {
  test("a warehouse, its numbers also as text", () => {
    const props = {
      name: "TRANSFORM",
      warehouseSize: "LARGE",
      autoSuspend: 60,
      statementTimeoutInSeconds: "3600",
      maxClusterCount: 2,
      resourceMonitor: "GUARD",
    };
    expect(subjectsOfResource(resource("snowflake:index/warehouse:Warehouse", props, "transform"))).toEqual([
      {
        kind: "warehouse",
        key: "transform",
        name: "TRANSFORM",
        size: "LARGE",
        autoSuspend: 60,
        statementTimeout: 3600,
        maxClusters: 2,
        monitor: "GUARD",
      },
    ]);
  });

  test("what nobody set is told as such, what a preview does not know is not told", () => {
    const bare = {
      get resourceMonitor(): string {
        return unknown();
      },
    };
    expect(subjectsOfResource(resource("snowflake:index/warehouse:Warehouse", bare))[0]).toMatchObject({
      size: null,
      autoSuspend: null,
      statementTimeout: null,
      monitor: undefined,
    });
  });

  test("a serverless task", () => {
    expect(
      subjectsOfResource(resource("snowflake:index/task:Task", { userTaskTimeoutMs: 60_000 }))[0],
    ).toMatchObject({ serverless: true, timeout: 60, maximumSize: null });
  });

  test("an IAM document as JSON text, with single values and lists", () => {
    const policy = JSON.stringify({
      Statement: { Effect: "Allow", Action: "s3:*", Resource: ["a", "*"], Principal: { AWS: "*" } },
    });
    expect(subjectsOfResource(resource("aws:iam/rolePolicy:RolePolicy", { policy }))[0]).toMatchObject({
      statements: [
        { effect: "Allow", actions: ["s3:*"], resources: ["a", "*"], principals: ["*"], conditional: false },
      ],
    });
    expect(
      subjectsOfResource(
        resource("aws:iam/role:Role", {
          get assumeRolePolicy(): string {
            return unknown();
          },
        }),
      ),
    ).toEqual([]);
  });

  test("a bucket with what is declared beside it, and without", () => {
    const bucket = resource("aws:s3/bucket:Bucket", { bucket: "b" }, "landing", true);
    const closed = [
      bucket,
      resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
        bucket: "b",
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      }),
      resource("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
        bucket: "b",
      }),
      resource("aws:s3/bucketVersioning:BucketVersioning", {
        bucket: "b",
        versioningConfiguration: { status: "Enabled" },
      }),
      resource("aws:s3/bucketPolicy:BucketPolicy", {
        bucket: "b",
        policy: JSON.stringify({
          Statement: [
            {
              Effect: "Deny",
              Action: "s3:*",
              Principal: "*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      }),
    ];
    const facts = (resources: EngineResource[]) =>
      subjectsOfStack(resources).find((subject) => subject.kind === "bucket");
    expect(facts(closed)).toMatchObject({
      name: "b",
      publicAccessBlocked: true,
      encrypted: true,
      tlsOnly: true,
      versioned: true,
    });
    expect(facts([bucket])).toMatchObject({
      publicAccessBlocked: false,
      encrypted: false,
      tlsOnly: false,
      versioned: false,
    });
  });

  test("a type that no rule judges gives none", () => {
    expect(subjectsOfResource(resource("aws:sqs/queue:Queue", {}))).toEqual([]);
  });
});
