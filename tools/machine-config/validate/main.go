// Command validate reads machine configurations as a Talos machine reads what it is sent: Talos's own strict decoder,
// then its own validation for the runtime mode of the machine's platform.
//
// It reads a JSON list of requests and writes a JSON list of answers in the same order.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
)

// mode is the runtime mode of a platform: "cloud" for nocloud, "metal" for a machine that installs itself.
type mode string

func (m mode) String() string        { return string(m) }
func (m mode) RequiresInstall() bool { return m == "metal" }
func (m mode) InContainer() bool     { return m == "container" }

// request is one configuration, all its documents, and the mode of the machine that is to take it.
type request struct {
	Config string `json:"config"`
	Mode   mode   `json:"mode"`
}

// answer is what Talos says of it: no error means it is taken.
type answer struct {
	Warnings []string `json:"warnings"`
	Error    string   `json:"error,omitempty"`
}

func main() {
	var requests []request

	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&requests); err != nil {
		fmt.Fprintf(os.Stderr, "the requests on standard input are no JSON list of configurations: %s\n", err)
		os.Exit(2)
	}

	answers := make([]answer, 0, len(requests))
	for _, asked := range requests {
		answers = append(answers, judge(asked))
	}

	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(asked request) answer {
	provider, err := configloader.NewFromBytes([]byte(asked.Config))
	if err != nil {
		return answer{Warnings: []string{}, Error: err.Error()}
	}

	warnings, err := provider.Validate(asked.Mode)
	if warnings == nil {
		warnings = []string{}
	}

	if err != nil {
		return answer{Warnings: warnings, Error: err.Error()}
	}

	return answer{Warnings: warnings}
}
