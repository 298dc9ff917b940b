import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { flag, type Handler, number, present, text } from "../handler.ts";
import { fromTags, removedTags, toTags } from "../tags.ts";

export const role: Handler = {
  type: "aws:iam/role:Role",
  noun: "IAM role",
  inputs: {
    assumeRolePolicy: { required: true, json: true },
    description: { default: "" },
    forceDetachPolicies: { default: false, inputOnly: true },
    maxSessionDuration: { default: 3600 },
    name: { replaces: true, computed: true },
    namePrefix: { replaces: true, inputOnly: true },
    path: { replaces: true, default: "/" },
    permissionsBoundary: {},
  },
  outputs: ["arn", "createDate", "uniqueId"],
  autoname: { property: "name", maxLength: 64 },
  tagged: true,

  async create(aws, inputs) {
    const name = text(inputs, "name");
    await aws.iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: text(inputs, "assumeRolePolicy"),
        Description: text(inputs, "description"),
        MaxSessionDuration: number(inputs, "maxSessionDuration") ?? 3600,
        Path: text(inputs, "path") || "/",
        Tags: toTags(inputs),
        ...(text(inputs, "permissionsBoundary")
          ? { PermissionsBoundary: text(inputs, "permissionsBoundary") }
          : {}),
      }),
    );
    return name;
  },

  async apply(aws, id, inputs, before) {
    if (!before) return;
    const RoleName = id;
    await aws.iam.send(
      new UpdateRoleCommand({
        RoleName,
        Description: text(inputs, "description"),
        MaxSessionDuration: number(inputs, "maxSessionDuration") ?? 3600,
      }),
    );
    await aws.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: text(inputs, "assumeRolePolicy") }),
    );
    const boundary = text(inputs, "permissionsBoundary");
    if (boundary) {
      await aws.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: boundary }));
    } else if (text(before, "permissionsBoundary")) {
      await aws.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    }
    const removed = removedTags(inputs, before);
    if (removed.length > 0) await aws.iam.send(new UntagRoleCommand({ RoleName, TagKeys: removed }));
    const tags = toTags(inputs);
    if (tags.length > 0) await aws.iam.send(new TagRoleCommand({ RoleName, Tags: tags }));
  },

  async read(aws, id) {
    const { Role: found } = await aws.iam.send(new GetRoleCommand({ RoleName: id }));
    if (!found) return undefined;
    const { Tags } = await aws.iam.send(new ListRoleTagsCommand({ RoleName: id }));
    return present({
      name: found.RoleName,
      arn: found.Arn,
      uniqueId: found.RoleId,
      createDate: found.CreateDate?.toISOString().replace(/\.\d+Z$/, "Z"),
      assumeRolePolicy: decodeURIComponent(found.AssumeRolePolicyDocument ?? ""),
      description: found.Description ?? "",
      maxSessionDuration: found.MaxSessionDuration ?? 3600,
      path: found.Path,
      permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
      tagsAll: fromTags(Tags),
    });
  },

  async remove(aws, id, state) {
    if (flag(state, "forceDetachPolicies")) {
      const { PolicyNames = [] } = await aws.iam.send(new ListRolePoliciesCommand({ RoleName: id }));
      for (const PolicyName of PolicyNames) {
        await aws.iam.send(new DeleteRolePolicyCommand({ RoleName: id, PolicyName }));
      }
    }
    await aws.iam.send(new DeleteRoleCommand({ RoleName: id }));
  },
};
