module github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3
