module github.com/pulumi/pulumi-java
