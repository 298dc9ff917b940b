import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { type Handler, present, text } from "../handler.ts";

export const alias: Handler = {
  type: "aws:kms/alias:Alias",
  noun: "KMS alias",
  inputs: {
    name: { replaces: true, computed: true },
    namePrefix: { replaces: true, inputOnly: true },
    region: { replaces: true, computed: true },
    targetKeyId: { required: true },
  },
  outputs: ["arn", "targetKeyArn"],
  autoname: { property: "name", maxLength: 256, prefix: "alias/" },
  async create(aws, inputs) {
    const name = text(inputs, "name");
    await aws.kms.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: text(inputs, "targetKeyId") }));
    return name;
  },
  async apply(aws, id, inputs, before) {
    if (!before) return;
    await aws.kms.send(new UpdateAliasCommand({ AliasName: id, TargetKeyId: text(inputs, "targetKeyId") }));
  },
  async read(aws, id, state) {
    let marker: string | undefined;
    do {
      const page = await aws.kms.send(new ListAliasesCommand(marker ? { Marker: marker } : {}));
      const found = page.Aliases?.find(({ AliasName }) => AliasName === id);
      if (found) {
        const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: found.TargetKeyId }));
        const given = text(state, "targetKeyId");
        // A key may be named by its ARN as well; the wording of the program is kept.
        const targetKeyId = given === KeyMetadata?.Arn ? given : found.TargetKeyId;
        return present({
          name: id,
          arn: found.AliasArn,
          region: aws.region,
          targetKeyId,
          targetKeyArn: KeyMetadata?.Arn,
        });
      }
      marker = page.NextMarker;
    } while (marker);
    return undefined;
  },
  async remove(aws, id) {
    await aws.kms.send(new DeleteAliasCommand({ AliasName: id }));
  },
};
