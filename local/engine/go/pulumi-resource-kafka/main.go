// Command pulumi-resource-kafka serves the Kafka Terraform provider to the Pulumi engine under the names that
// the @pulumi/kafka SDK uses.
package main

import (
	"github.com/Mongey/terraform-provider-kafka/kafka"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"

	"firn/engine/bridge"
)

// The version of the npm SDK that this stands behind; a test holds the two together.
const version = "3.13.2"

func main() {
	info := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(kafka.Provider()),
		Name:    "kafka",
		Version: version,
		License: "Apache-2.0",
		Resources: map[string]*tfbridge.ResourceInfo{
			"kafka_acl": {
				Fields: map[string]*tfbridge.SchemaInfo{
					"resource_name": {Name: "aclResourceName"},
					"resource_type": {Name: "aclResourceType"},
				},
			},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("kafka_", "index", tokens.MakeStandard("kafka")))
	info.SetAutonaming(255, "-")
	bridge.Main(info)
}
