package dlmon

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/cobra"

	"dlmon/sources/vocabulary"
	"dlmon/tui/dashboard"
)

// rulesWait bounds how long a server is waited for that is only asked for its names.
const rulesWait = 10 * time.Second

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rules",
		Short: "Print recording rules for dlmon's queries per tenant",
		Long: "Print a Prometheus recording-rules file for dlmon's queries per tenant. dlmon uses the recorded series by itself where they exist.\n\n" +
			"The metric names are those of --vocabulary; auto asks the Prometheus of --prometheus-url, and is the guide's without one.",
		Example: a.Name + " rules > recording_rules.yml\n" + "promtool check rules recording_rules.yml",
		Args:    cobra.NoArgs,
		RunE: a.run(func(ctx context.Context) (int, error) {
			c, err := a.load()
			if err != nil {
				return ExitUsage, err
			}
			v, scrape, err := c.named(ctx)
			if err != nil {
				return ExitSource, err
			}
			_, err = io.WriteString(a.Stdout, rulesFile(v, scrape))
			return ExitOK, err
		}),
	}
}

// named is the vocabulary in use and, where a server can tell it, the scrape interval.
func (c *Config) named(ctx context.Context) (v *vocabulary.Vocabulary, scrape time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, rulesWait)
	defer cancel()
	cl, err := c.clients()
	if err != nil {
		return nil, 0, err
	}
	defer cl.close()
	if cl.prometheus != nil {
		if info, err := cl.prometheus.Info(ctx); err == nil {
			scrape = info.ScrapeInterval
		}
	}
	switch {
	case c.Vocabulary != vocabularyAuto:
		v, err = vocabulary.Load(c.Vocabulary)
	case cl.prometheus == nil:
		v, err = vocabulary.Load(vocabulary.Guide)
	default:
		var names []string
		if names, err = cl.prometheus.MetricNames(ctx); err == nil {
			v, err = vocabulary.Detect(names)
		}
	}
	return v, scrape, err
}

// rulesFile is the text of the rules: a group for each interval.
func rulesFile(v *vocabulary.Vocabulary, scrape time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Recording rules for dlmon's queries of every tenant, for the metric names of %s. Written by `dlmon rules`.\n", v.Name())
	if note := v.Note(); note != "" {
		fmt.Fprintf(&b, "# %s\n", note)
	}
	b.WriteString("# dlmon uses these series by itself as long as names and expressions stay as they are.\n")
	b.WriteString("# Name the file under rule_files in prometheus.yml and reload Prometheus.\ngroups:")
	records := dashboard.Records(v, scrape)
	if len(records) == 0 {
		b.WriteString(" []\n")
		return b.String()
	}
	var interval time.Duration
	for _, r := range records {
		if r.Interval != interval {
			interval = r.Interval
			every := model.Duration(interval).String()
			fmt.Fprintf(&b, "\n  - name: dlmon_tenants_%[1]s\n    interval: %[1]s\n    rules:\n", every)
		}
		fmt.Fprintf(&b, "      # %s\n      - record: %s\n        expr: %s\n", r.About, r.Name, folded(r.Expr))
	}
	return b.String()
}

// folded is PromQL as a YAML block: it may hold anything that YAML reads as its own in a plain scalar.
func folded(expr string) string { return ">-\n          " + expr }
