module github.com/pulumi/pulumi-yaml
