import { DeleteRolePolicyCommand, GetRolePolicyCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { type Handler, present, text } from "../handler.ts";

export const rolePolicy: Handler = {
  type: "aws:iam/rolePolicy:RolePolicy",
  noun: "IAM role policy",
  inputs: {
    name: { replaces: true, computed: true },
    namePrefix: { replaces: true, inputOnly: true },
    policy: { required: true, json: true },
    role: { required: true, replaces: true },
  },
  outputs: [],
  autoname: { property: "name", maxLength: 128 },
  async create(_, inputs) {
    return `${text(inputs, "role")}:${text(inputs, "name")}`;
  },
  async apply(aws, id, inputs) {
    await aws.iam.send(new PutRolePolicyCommand({ ...address(id), PolicyDocument: text(inputs, "policy") }));
  },
  async read(aws, id) {
    const found = await aws.iam.send(new GetRolePolicyCommand(address(id)));
    return present({
      name: found.PolicyName,
      role: found.RoleName,
      policy: decodeURIComponent(found.PolicyDocument ?? ""),
    });
  },
  async remove(aws, id) {
    await aws.iam.send(new DeleteRolePolicyCommand(address(id)));
  },
};

/** `role:policy`, as in the official provider. */
function address(id: string): { RoleName: string; PolicyName: string } {
  const colon = id.indexOf(":");
  return { RoleName: id.slice(0, colon), PolicyName: id.slice(colon + 1) };
}
