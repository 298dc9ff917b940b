import { type ProviderFunction, text } from "../handler.ts";

const DESCRIPTIONS: Record<string, string> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-2": "US West (Oregon)",
  "eu-central-1": "Europe (Frankfurt)",
  "eu-west-1": "Europe (Ireland)",
};

export const getRegion: ProviderFunction = async (aws, args) => {
  const region = text(args, "region") || text(args, "name") || aws.region;
  return {
    description: DESCRIPTIONS[region] ?? region,
    endpoint: `ec2.${region}.amazonaws.com`,
    id: region,
    name: region,
    region,
  };
};
