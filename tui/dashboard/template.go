package dashboard

// Queries over concepts: {{requests}}, {{requests.tenant}}, {{search_latency: le search_type}} and $rate.

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dlmon/sources/vocabulary"
)

var (
	hole       = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	holeMetric = regexp.MustCompile(`^([a-z_]+)$`)
	holeLabel  = regexp.MustCompile(`^([a-z_]+)\.([a-z_]+)$`)
	holeLabels = regexp.MustCompile(`^([a-z_]+):((?: +[a-z_]+)+)$`)
	braced     = regexp.MustCompile(`\{([a-zA-Z_][a-zA-Z0-9_]*)\}`)
)

// plainLabels are written as they are in a list of labels: they mean the same to every vocabulary.
var plainLabels = []string{"le", "job", "instance"}

// expand is the query's template with its holes filled.
func (q Query) expand(v Vocabulary, rate time.Duration) (promql, missing string) {
	return expandFor(q.Expr, v, rate, q.Tenant)
}

// expand fills a template's holes where there is no tenant.
func expand(expr string, v Vocabulary, rate time.Duration) (promql, missing string) {
	return expandFor(expr, v, rate, "")
}

// expandFor fills a template's holes. The concept is the first that the vocabulary lacks, as a metric or as a single label;
// the query can't be asked then. A label missing from a list is left out of it.
func expandFor(expr string, v Vocabulary, rate time.Duration, tenant string) (promql, missing string) {
	promql = hole.ReplaceAllStringFunc(expr, func(h string) string {
		h = h[2 : len(h)-2]
		if m := holeLabels.FindStringSubmatch(h); m != nil {
			var names []string
			for _, label := range strings.Fields(m[2]) {
				name, ok := v.Label(m[1], label)
				if slices.Contains(plainLabels, label) {
					name, ok = label, true
				}
				if ok && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
			return strings.Join(names, ", ")
		}
		concept, label, isLabel := strings.Cut(h, ".")
		name, ok := v.Metric(concept)
		if ok && isLabel {
			name, ok = v.Label(concept, label)
		}
		if !ok && missing == "" {
			missing = concept
		}
		return name
	})
	// In one pass and last: a tenant's name may hold anything, "$rate" and braces too.
	fill := strings.NewReplacer("$rate", promDuration(rate), "$tenant", quote(tenant))
	return fill.Replace(strings.Join(strings.Fields(promql), " ")), missing
}

// lacks says in words why a template can't be filled: a metric that the service does not export, or a label that the
// metric does not carry there.
func lacks(expr string, v Vocabulary) string {
	for _, m := range hole.FindAllStringSubmatch(expr, -1) {
		concept := strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == ':' })[0]
		name, ok := v.Metric(concept)
		if !ok {
			return v.Missing(concept)
		}
		if _, label, ok := strings.Cut(m[1], "."); ok {
			if _, ok := v.Label(concept, label); !ok {
				return v.Name() + " has no " + label + " on " + name
			}
		}
	}
	return ""
}

// quote writes text as a PromQL string. PromQL reads Go's escapes.
func quote(text string) string { return strconv.Quote(text) }

// checkTemplate refuses what expand would not understand, so that it need not fail.
func checkTemplate(expr string) error {
	if strings.TrimSpace(expr) == "" {
		return errors.New("no query")
	}
	rest := hole.ReplaceAllString(expr, "")
	if strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return fmt.Errorf("braces don't match in %q", expr)
	}
	if strings.Contains(strings.NewReplacer("$rate", "", "$tenant", "").Replace(rest), "$") {
		return fmt.Errorf("unknown variable in %q (only $rate and, on the tenant's page, $tenant)", expr)
	}
	for _, m := range hole.FindAllStringSubmatch(expr, -1) {
		if err := checkHole(m[1]); err != nil {
			return err
		}
	}
	return nil
}

func checkHole(h string) error {
	var concept string
	var labels []string
	if m := holeMetric.FindStringSubmatch(h); m != nil {
		concept = m[1]
	} else if m := holeLabel.FindStringSubmatch(h); m != nil {
		concept, labels = m[1], m[2:]
	} else if m := holeLabels.FindStringSubmatch(h); m != nil {
		concept, labels = m[1], strings.Fields(m[2])
	} else {
		return fmt.Errorf("{{%s}} is neither {{concept}}, {{concept.label}} nor {{concept: label label}}", h)
	}
	known, ok := vocabulary.Labels(concept)
	if !ok {
		return fmt.Errorf("{{%s}}: unknown concept %q", h, concept)
	}
	for _, l := range labels {
		if !slices.Contains(known, l) && (strings.Contains(h, ".") || !slices.Contains(plainLabels, l)) {
			return fmt.Errorf("{{%s}}: unknown label %q of %s", h, l, concept)
		}
	}
	return nil
}

func firstConcept(expr string) string {
	m := hole.FindStringSubmatch(expr)
	if m == nil {
		return ""
	}
	return strings.FieldsFunc(m[1], func(r rune) bool { return r == '.' || r == ':' })[0]
}

// label is the real name of a label concept in a query's answers; a name that the vocabulary has no concept for stands
// for itself ("stat", "job").
func (q Query) label(v Vocabulary, name string) (string, bool) {
	concept := firstConcept(q.Expr)
	if known, ok := vocabulary.Labels(concept); ok && slices.Contains(known, name) {
		return v.Label(concept, name)
	}
	return name, true
}
