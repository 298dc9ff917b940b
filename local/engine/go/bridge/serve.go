// Package bridge serves a Terraform provider as a Pulumi resource plugin.
package bridge

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Main serves the provider until the engine hangs up. `-version` and `-schema` print and exit instead.
//
// tfbridge.Main wants the package schema up front and parses it at each start, only to answer GetSchema and
// to warn about types that TypeScript has checked already. Here it is derived on demand.
func Main(info tfbridge.ProviderInfo) {
	flags := flag.NewFlagSet(info.Name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the engine's own flags are read by provider.Main
	printVersion := flags.Bool("version", false, "print the version and exit")
	printSchema := flags.Bool("schema", false, "print the package schema and exit")
	_ = flags.Parse(os.Args[1:])

	if *printVersion {
		fmt.Println(info.Version)
		return
	}
	schema := sync.OnceValues(func() ([]byte, error) { return json.Marshal(Schema(info)) })
	if *printSchema {
		bytes, err := schema()
		if err != nil {
			cmdutil.ExitError(err.Error())
		}
		fmt.Println(string(bytes))
		return
	}

	info.P.InitLogging(context.Background())
	err := provider.Main(info.Name, func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		bridged := tfbridge.NewProvider(context.Background(), host, info.Name, info.Version, info.P, info, nil)
		return &server{ResourceProviderServer: bridged, schema: schema}, nil
	})
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
}

type server struct {
	pulumirpc.ResourceProviderServer
	schema func() ([]byte, error)
}

func (s *server) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	bytes, err := s.schema()
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(bytes)}, nil
}
