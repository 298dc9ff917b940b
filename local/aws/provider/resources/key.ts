import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeySpec,
  type KeyUsageType,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { flag, type Handler, number, present, text } from "../handler.ts";
import { removedTags, toTags } from "../tags.ts";
import type { Properties } from "../values.ts";

const tagsOf = (inputs: Properties) =>
  toTags(inputs).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));

export const key: Handler = {
  type: "aws:kms/key:Key",
  noun: "KMS key",
  inputs: {
    bypassPolicyLockoutSafetyCheck: { inputOnly: true },
    customerMasterKeySpec: { replaces: true, default: "SYMMETRIC_DEFAULT" },
    deletionWindowInDays: { inputOnly: true },
    description: { computed: true },
    enableKeyRotation: { default: false },
    isEnabled: { default: true },
    keyUsage: { replaces: true, default: "ENCRYPT_DECRYPT" },
    multiRegion: { replaces: true, computed: true },
    policy: { computed: true, json: true },
    region: { replaces: true, computed: true },
    rotationPeriodInDays: { computed: true },
  },
  outputs: ["arn", "keyId"],
  tagged: true,

  async create(aws, inputs) {
    const policy = text(inputs, "policy");
    const created = await aws.kms.send(
      new CreateKeyCommand({
        Description: text(inputs, "description"),
        KeySpec: (text(inputs, "customerMasterKeySpec") || "SYMMETRIC_DEFAULT") as KeySpec,
        KeyUsage: (text(inputs, "keyUsage") || "ENCRYPT_DECRYPT") as KeyUsageType,
        MultiRegion: flag(inputs, "multiRegion"),
        Tags: tagsOf(inputs),
        ...(policy === "" ? {} : { Policy: policy }),
      }),
    );
    return created.KeyMetadata?.KeyId ?? "";
  },

  async apply(aws, id, inputs, before) {
    const KeyId = id;
    const days = number(inputs, "rotationPeriodInDays");
    if (flag(inputs, "enableKeyRotation")) {
      await aws.kms.send(
        new EnableKeyRotationCommand({
          KeyId,
          ...(days === undefined ? {} : { RotationPeriodInDays: days }),
        }),
      );
    } else if (before && flag(before, "enableKeyRotation")) {
      await aws.kms.send(new DisableKeyRotationCommand({ KeyId }));
    }
    const enabled = text(inputs, "isEnabled") !== "false";
    if (!enabled) await aws.kms.send(new DisableKeyCommand({ KeyId }));
    if (!before) return;
    if (enabled && text(before, "isEnabled") === "false") await aws.kms.send(new EnableKeyCommand({ KeyId }));
    await aws.kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: text(inputs, "description") }));
    const policy = text(inputs, "policy");
    if (policy) await aws.kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy, PolicyName: "default" }));
    const removed = removedTags(inputs, before);
    if (removed.length > 0) await aws.kms.send(new UntagResourceCommand({ KeyId, TagKeys: removed }));
    if (tagsOf(inputs).length > 0)
      await aws.kms.send(new TagResourceCommand({ KeyId, Tags: tagsOf(inputs) }));
  },

  async read(aws, id) {
    const KeyId = id;
    const { KeyMetadata: found } = await aws.kms.send(new DescribeKeyCommand({ KeyId }));
    if (!found || found.KeyState === "PendingDeletion") return undefined;
    const [rotation, policy, tags] = await Promise.all([
      aws.kms.send(new GetKeyRotationStatusCommand({ KeyId })),
      aws.kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" })),
      aws.kms.send(new ListResourceTagsCommand({ KeyId })),
    ]);
    return present({
      arn: found.Arn,
      keyId: found.KeyId,
      customerMasterKeySpec: found.KeySpec ?? "SYMMETRIC_DEFAULT",
      description: found.Description ?? "",
      enableKeyRotation: rotation.KeyRotationEnabled ?? false,
      isEnabled: found.Enabled ?? true,
      keyUsage: found.KeyUsage,
      multiRegion: found.MultiRegion ?? false,
      policy: policy.Policy,
      region: aws.region,
      rotationPeriodInDays: rotation.RotationPeriodInDays,
      tagsAll: Object.fromEntries(
        (tags.Tags ?? []).map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue]),
      ),
    });
  },

  async remove(aws, id, state) {
    const days = number(state, "deletionWindowInDays") ?? 30;
    await aws.kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: days }));
  },
};
