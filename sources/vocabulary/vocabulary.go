// Package vocabulary knows what the monitored service calls things: the dashboards speak of concepts ("requests", label
// "tenant"), a vocabulary gives the metric and the label that a service exports for them.
package vocabulary

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Names of the embedded vocabularies.
const (
	Guide     = "guide"
	ServiceV1 = "service-v1"
)

//go:embed guide.yaml service-v1.yaml
var embedded embed.FS

// Vocabulary maps concepts to metric and label names. It never changes once loaded.
type Vocabulary struct {
	name    string
	job     string
	note    string
	metrics map[string]metric // by concept; one that is absent is not exported

	recorded map[string]Recorded // by name
	remarks  []string
}

type metric struct {
	name   string
	labels map[string]string // label concept → label name
}

// Name is the vocabulary's name: "guide", "service-v1", or what a user's file calls itself.
func (v *Vocabulary) Name() string { return v.name }

// Job is the scrape job under which Prometheus is expected to know the service.
func (v *Vocabulary) Job() string { return v.job }

// Note says what the operator should know of how the vocabulary was chosen; "" when there is nothing to say.
func (v *Vocabulary) Note() string { return v.note }

// Metric is the name of a concept's metric, without a histogram's suffix; "" and false when the service exports none.
func (v *Vocabulary) Metric(concept string) (string, bool) {
	m, ok := v.metrics[concept]
	return m.name, ok
}

// Label is the name of a label of a concept's metric; "" and false when the metric, or the label, is not there.
func (v *Vocabulary) Label(concept, label string) (string, bool) {
	name, ok := v.metrics[concept].labels[label]
	return name, ok
}

// Missing says in words that the service exports nothing for a concept: "rate limits: not exported (metric names: service-v1)".
func (v *Vocabulary) Missing(concept string) string {
	words := concept
	if c, ok := find(concept); ok {
		words = c.words
	}
	return words + ": not exported (metric names: " + v.name + ")"
}

// Load returns an embedded vocabulary by its name, or a user's by the path of its file. A user's file starts from an
// embedded one and overrides single names:
//
//	base: guide
//	job: search
//	metrics:
//	  requests: myapp_http_requests_total      # another metric, the same labels
//	  searches:
//	    labels: {tenant: org, dataset: ""}     # another label; one that is not there
//	  backup_duration: ""                      # not exported
//
// Errors name file and line.
func Load(nameOrFile string) (*Vocabulary, error) {
	if nameOrFile == Guide || nameOrFile == ServiceV1 {
		return builtin(nameOrFile)
	}
	text, err := os.ReadFile(nameOrFile)
	if err != nil {
		if !strings.ContainsAny(nameOrFile, `/\.`) {
			return nil, fmt.Errorf("vocabulary %q: expected %s, %s or a file", nameOrFile, Guide, ServiceV1)
		}
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	v := &Vocabulary{name: strings.TrimSuffix(filepath.Base(nameOrFile), filepath.Ext(nameOrFile))}
	if err := v.parse(nameOrFile, text); err != nil {
		return nil, err
	}
	return v, nil
}

func builtin(name string) (*Vocabulary, error) {
	file := name + ".yaml"
	text, err := embedded.ReadFile(file)
	if err != nil {
		return nil, err
	}
	v := &Vocabulary{}
	return v, v.parse(file, text)
}

// Detect picks the embedded vocabulary that most of a server's metric names speak for. When none or both do equally,
// it is the guide's, with a Note.
func Detect(names []string) (*Vocabulary, error) {
	have := make(map[string]bool, len(names))
	for _, n := range names {
		have[n] = true
	}
	guide, err := builtin(Guide)
	if err != nil {
		return nil, err
	}
	v1, err := builtin(ServiceV1)
	if err != nil {
		return nil, err
	}
	ours, theirs := guide.exported(have), v1.exported(have)
	switch {
	case theirs > ours:
		return v1, nil
	case ours == 0:
		guide.note = "prometheus holds no metric of the service yet; guide names assumed"
	case ours == theirs:
		guide.note = "guide and service-v1 names in equal number; guide taken (set --vocabulary)"
	}
	return guide, nil
}

// exported counts the concepts whose metric is among the names, be it whole or as a part of a histogram.
func (v *Vocabulary) exported(have map[string]bool) int {
	n := 0
	for _, m := range v.metrics {
		if have[m.name] || have[m.name+"_bucket"] || have[m.name+"_count"] {
			n++
		}
	}
	return n
}
