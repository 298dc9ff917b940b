package bridge

import (
	"sort"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	pschema "github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Schema describes what the provider serves: tokens, property names as the bridge translates them, types and
// what is required. It carries no prose and no examples; the published SDKs have those.
func Schema(info tfbridge.ProviderInfo) pschema.PackageSpec {
	g := &generator{pkg: info.Name, types: map[string]pschema.ComplexTypeSpec{}}
	config := g.object("config", info.P.Schema(), info.Config, inputs)
	spec := pschema.PackageSpec{
		Name:      info.Name,
		Version:   info.Version,
		License:   info.License,
		Config:    pschema.ConfigSpec{Variables: config.Properties, Required: config.Required},
		Provider:  pschema.ResourceSpec{InputProperties: config.Properties, RequiredInputs: config.Required},
		Resources: map[string]pschema.ResourceSpec{},
		Functions: map[string]pschema.FunctionSpec{},
	}
	for name, mapped := range info.Resources {
		fields := info.P.ResourcesMap().Get(name).Schema()
		in := withoutComputed(g.object(typeName(string(mapped.Tok)), fields, mapped.Fields, inputs), fields, mapped.Fields)
		out := g.object(typeName(string(mapped.Tok)), fields, mapped.Fields, outputs)
		out.Type = ""
		spec.Resources[string(mapped.Tok)] = pschema.ResourceSpec{
			ObjectTypeSpec:  out,
			InputProperties: in.Properties,
			RequiredInputs:  in.Required,
		}
	}
	for name, mapped := range info.DataSources {
		fields := info.P.DataSourcesMap().Get(name).Schema()
		in := withoutComputed(g.object(typeName(string(mapped.Tok)), fields, mapped.Fields, inputs), fields, mapped.Fields)
		out := g.object(typeName(string(mapped.Tok)), fields, mapped.Fields, outputs)
		spec.Functions[string(mapped.Tok)] = pschema.FunctionSpec{Inputs: &in, Outputs: &out}
	}
	spec.Types = g.types
	return spec
}

// withoutComputed leaves out of a resource's inputs what only the provider can set. Objects inside keep theirs, as
// in the SDKs: there the bridge tells inputs and outputs apart at the top level only.
func withoutComputed(
	spec pschema.ObjectTypeSpec, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo,
) pschema.ObjectTypeSpec {
	fields.Range(func(key string, field shim.Schema) bool {
		if !field.Optional() && !field.Required() {
			delete(spec.Properties, tfbridge.TerraformToPulumiNameV2(key, fields, infos))
		}
		return true
	})
	return spec
}

type position bool

const (
	inputs  position = true
	outputs position = false
)

type generator struct {
	pkg   string
	types map[string]pschema.ComplexTypeSpec
}

func (g *generator) object(
	path string, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, at position,
) pschema.ObjectTypeSpec {
	spec := pschema.ObjectTypeSpec{Type: "object", Properties: map[string]pschema.PropertySpec{}}
	if fields == nil {
		return spec
	}
	fields.Range(func(key string, field shim.Schema) bool {
		info := infos[key]
		if info != nil && info.Omit || field.Removed() != "" {
			return true
		}
		name := tfbridge.TerraformToPulumiNameV2(key, fields, infos)
		spec.Properties[name] = pschema.PropertySpec{
			TypeSpec:             g.property(path+title(name), field, info, at),
			Secret:               field.Sensitive(),
			DeprecationMessage:   field.Deprecated(),
			WillReplaceOnChanges: at == inputs && field.ForceNew(),
		}
		if required(field, info, at) {
			spec.Required = append(spec.Required, name)
		}
		return true
	})
	sort.Strings(spec.Required)
	return spec
}

func required(field shim.Schema, info *tfbridge.SchemaInfo, at position) bool {
	filled := info != nil && info.HasDefault()
	if at == outputs {
		return !field.Optional() || field.Computed() || filled
	}
	return field.Required() && !filled
}

func (g *generator) property(
	path string, field shim.Schema, info *tfbridge.SchemaInfo, at position,
) pschema.TypeSpec {
	var elemInfo *tfbridge.SchemaInfo
	if info != nil {
		elemInfo = info.Elem
	}
	element := func() pschema.TypeSpec {
		switch elem := field.Elem().(type) {
		case shim.Schema:
			return g.property(path, elem, elemInfo, at)
		case shim.Resource:
			var infos map[string]*tfbridge.SchemaInfo
			if elemInfo != nil {
				infos = elemInfo.Fields
			}
			return g.reference(path, elem.Schema(), infos, at)
		default:
			return pschema.TypeSpec{Type: "string"} // what Terraform takes an untyped element for
		}
	}
	switch field.Type() {
	case shim.TypeBool:
		return pschema.TypeSpec{Type: "boolean"}
	case shim.TypeInt:
		return pschema.TypeSpec{Type: "integer"}
	case shim.TypeFloat:
		return pschema.TypeSpec{Type: "number"}
	case shim.TypeString:
		return pschema.TypeSpec{Type: "string"}
	case shim.TypeMap:
		values := element()
		return pschema.TypeSpec{Type: "object", AdditionalProperties: &values}
	case shim.TypeList, shim.TypeSet:
		items := element()
		if tfbridge.IsMaxItemsOne(field, info) {
			return items
		}
		return pschema.TypeSpec{Type: "array", Items: &items}
	default:
		return pschema.TypeSpec{Ref: "pulumi.json#/Any"}
	}
}

// reference files the object type under its path; inputs and outputs of one path are two types, as what is
// required of them differs.
func (g *generator) reference(
	path string, fields shim.SchemaMap, infos map[string]*tfbridge.SchemaInfo, at position,
) pschema.TypeSpec {
	name := path
	if at == outputs {
		name += "Output"
	}
	token := g.pkg + ":index/" + name + ":" + name
	if _, seen := g.types[token]; !seen {
		g.types[token] = pschema.ComplexTypeSpec{} // ends a recursion
		g.types[token] = pschema.ComplexTypeSpec{ObjectTypeSpec: g.object(path, fields, infos, at)}
	}
	return pschema.TypeSpec{Ref: "#/types/" + token}
}

func typeName(token string) string { return token[strings.LastIndex(token, ":")+1:] }

func title(name string) string {
	if name == "" {
		return name
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
