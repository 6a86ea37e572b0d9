// Command generate makes machine configurations as the Talos provider does at apply time: Talos's own generator for the
// version contract the secrets were made for, Talos's own patcher, one configuration per request.
//
// It reads a JSON list of requests and writes a JSON list of answers in the same order.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/siderolabs/crypto/x509"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/bundle"
	"github.com/siderolabs/talos/pkg/machinery/config/configpatcher"
	"github.com/siderolabs/talos/pkg/machinery/config/encoder"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/constants"
)

// request holds the arguments of the provider's getConfiguration, under their names.
type request struct {
	ClusterName       string         `json:"clusterName"`
	ClusterEndpoint   string         `json:"clusterEndpoint"`
	MachineType       string         `json:"machineType"`
	TalosVersion      string         `json:"talosVersion"`
	KubernetesVersion string         `json:"kubernetesVersion"`
	ConfigPatches     []string       `json:"configPatches"`
	MachineSecrets    machineSecrets `json:"machineSecrets"`
}

// pair is a certificate and its key, each PEM in base64, which is how encoding/json reads bytes.
type pair struct {
	Cert []byte `json:"cert"`
	Key  []byte `json:"key"`
}

type machineSecrets struct {
	Certs struct {
		Etcd              pair `json:"etcd"`
		K8s               pair `json:"k8s"`
		K8sAggregator     pair `json:"k8sAggregator"`
		K8sServiceaccount pair `json:"k8sServiceaccount"`
		Os                pair `json:"os"`
	} `json:"certs"`
	Cluster struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	} `json:"cluster"`
	Secrets struct {
		BootstrapToken            string `json:"bootstrapToken"`
		SecretboxEncryptionSecret string `json:"secretboxEncryptionSecret"`
	} `json:"secrets"`
	Trustdinfo struct {
		Token string `json:"token"`
	} `json:"trustdinfo"`
}

// answer holds the configuration, or why there is none.
type answer struct {
	Config string `json:"config,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	var requests []request

	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&requests); err != nil {
		fmt.Fprintf(os.Stderr, "the requests on standard input are no JSON list of getConfiguration arguments: %s\n", err)
		os.Exit(2)
	}

	answers := make([]answer, 0, len(requests))

	for _, asked := range requests {
		made, err := configuration(asked)
		if err != nil {
			answers = append(answers, answer{Error: err.Error()})
		} else {
			answers = append(answers, answer{Config: made})
		}
	}

	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func configuration(asked request) (string, error) {
	role, err := machine.ParseType(asked.MachineType)
	if err != nil {
		return "", err
	}

	contract, err := config.ParseContractFromVersion(asked.TalosVersion)
	if err != nil {
		return "", err
	}

	patches, err := configpatcher.LoadPatches(asked.ConfigPatches)
	if err != nil {
		return "", fmt.Errorf("error parsing config patch: %w", err)
	}

	patched := bundle.WithPatchWorker(patches)
	if role == machine.TypeControlPlane {
		patched = bundle.WithPatchControlPlane(patches)
	}

	made, err := bundle.NewBundle(
		bundle.WithInputOptions(&bundle.InputOptions{
			ClusterName: asked.ClusterName,
			Endpoint:    asked.ClusterEndpoint,
			KubeVersion: strings.TrimPrefix(asked.KubernetesVersion, "v"),
			GenOptions: []generate.Option{
				// What the provider chooses where a program chooses nothing (terraform-provider-talos 0.11: pkg/talos/util.go).
				generate.WithClusterDiscovery(true),
				generate.WithDNSDomain(constants.DefaultDNSDomain),
				generate.WithInstallDisk("/dev/sda"),
				generate.WithSecretsBundle(bundleOf(asked.MachineSecrets)),
				generate.WithVersionContract(contract),
			},
		}),
		bundle.WithVerbose(false),
		patched,
	)
	if err != nil {
		return "", err
	}

	text, err := made.Serialize(encoder.CommentsDisabled, role)

	return string(text), err
}

func bundleOf(given machineSecrets) *secrets.Bundle {
	certificate := func(each pair) *x509.PEMEncodedCertificateAndKey {
		return &x509.PEMEncodedCertificateAndKey{Crt: each.Cert, Key: each.Key}
	}

	return &secrets.Bundle{
		Clock: secrets.NewClock(),
		Cluster: &secrets.Cluster{
			ID:     given.Cluster.ID,
			Secret: given.Cluster.Secret,
		},
		Secrets: &secrets.Secrets{
			BootstrapToken:            given.Secrets.BootstrapToken,
			SecretboxEncryptionSecret: given.Secrets.SecretboxEncryptionSecret,
		},
		TrustdInfo: &secrets.TrustdInfo{Token: given.Trustdinfo.Token},
		Certs: &secrets.Certs{
			Etcd:              certificate(given.Certs.Etcd),
			K8s:               certificate(given.Certs.K8s),
			K8sAggregator:     certificate(given.Certs.K8sAggregator),
			K8sServiceAccount: &x509.PEMEncodedKey{Key: given.Certs.K8sServiceaccount.Key},
			OS:                certificate(given.Certs.Os),
		},
	}
}
