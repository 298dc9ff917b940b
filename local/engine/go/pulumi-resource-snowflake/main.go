// Command pulumi-resource-snowflake serves Snowflake's Terraform provider to the Pulumi engine under the names
// that the @pulumi/snowflake SDK uses.
package main

import (
	"github.com/Snowflake-Labs/terraform-provider-snowflake/pkg/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"

	"firn/engine/bridge"
)

// The version of the npm SDK that this stands behind; a test holds the two together.
const version = "1.3.0"

func main() {
	info := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(provider.Provider()),
		Name:    "snowflake",
		Version: version,
		License: "Apache-2.0",
		Config: map[string]*tfbridge.SchemaInfo{
			"preview_features_enabled": {Name: "previewFeaturesEnabled"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("snowflake_", "index", tokens.MakeStandard("snowflake")))
	info.SetAutonaming(255, "-")
	bridge.Main(info)
}
