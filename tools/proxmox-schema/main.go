// Command proxmox-schema judges resource arguments by the Proxmox VE provider's own code: its schemas, with their
// validators and conflicts, in the server that Terraform and the Pulumi bridge both call.
//
// It reads a JSON list of requests and writes a JSON list of answers in the same order.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/bpg/terraform-provider-proxmox/fwprovider"
	"github.com/bpg/terraform-provider-proxmox/proxmoxtf/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-mux/tf5to6server"
	"github.com/hashicorp/terraform-plugin-mux/tf6muxserver"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
)

// unknownMark stands in a program's arguments for what is known only later.
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// request holds a resource as a Pulumi program names it: Terraform's type, properties in camel case.
type request struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
}

// answer holds what the provider says; without errors it takes the arguments.
type answer struct {
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}

func main() {
	if err := serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		return fmt.Errorf("the requests on standard input are no JSON list of resources: %w", err)
	}

	server, err := providerServer(ctx)
	if err != nil {
		return err
	}

	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}

	answers := make([]answer, 0, len(requests))

	for _, asked := range requests {
		said, err := judge(ctx, server, schemas, asked)
		if err != nil {
			return fmt.Errorf("%s: %w", asked.Type, err)
		}

		answers = append(answers, said)
	}

	return json.NewEncoder(os.Stdout).Encode(answers)
}

// providerServer is the whole provider, the half on the old SDK and the half on the framework, as its main puts it together.
func providerServer(ctx context.Context) (tfprotov6.ProviderServer, error) {
	upgraded, err := tf5to6server.UpgradeServer(ctx, func() tfprotov5.ProviderServer {
		return schema.NewGRPCProviderServer(provider.ProxmoxVirtualEnvironment())
	})
	if err != nil {
		return nil, err
	}

	mux, err := tf6muxserver.NewMuxServer(ctx,
		providerserver.NewProtocol6(fwprovider.New("test")()),
		func() tfprotov6.ProviderServer { return upgraded },
	)
	if err != nil {
		return nil, err
	}

	return mux.ProviderServer(), nil
}

func judge(
	ctx context.Context,
	server tfprotov6.ProviderServer,
	schemas *tfprotov6.GetProviderSchemaResponse,
	asked request,
) (answer, error) {
	said := answer{Errors: []string{}, Warnings: []string{}}

	described, known := schemas.ResourceSchemas[asked.Type]
	if asked.Type == "provider" {
		described, known = schemas.Provider, true
	}

	if !known {
		said.Errors = append(said.Errors, fmt.Sprintf("the provider has no resource %q", asked.Type))

		return said, nil
	}

	value, problems := blockValue(described.Block, asked.Properties, "")
	if len(problems) > 0 {
		said.Errors = append(said.Errors, problems...)

		return said, nil
	}

	config, err := tfprotov6.NewDynamicValue(described.ValueType(), value)
	if err != nil {
		return said, err
	}

	var found []*tfprotov6.Diagnostic

	if asked.Type == "provider" {
		response, err := server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: &config})
		if err != nil {
			return said, err
		}

		found = response.Diagnostics
	} else {
		response, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{
			TypeName: asked.Type,
			Config:   &config,
		})
		if err != nil {
			return said, err
		}

		found = response.Diagnostics
	}

	for _, each := range found {
		words := each.Summary
		if each.Detail != "" {
			words += ": " + each.Detail
		}

		if each.Attribute != nil {
			words += " at " + strings.ReplaceAll(strings.ReplaceAll(each.Attribute.String(), "AttributeName", ""), "ElementKeyInt", "")
		}

		if each.Severity == tfprotov6.DiagnosticSeverityError {
			said.Errors = append(said.Errors, words)
		} else {
			said.Warnings = append(said.Warnings, words)
		}
	}

	return said, nil
}
