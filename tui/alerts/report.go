package alerts

import (
	"slices"

	"dlmon/sources"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var _ page.Reporter = (*Page)(nil)

// Report implements page.Reporter: every rule by its state. What fires is told with every handoff, whatever the page.
func (p *Page) Report(c page.Context) page.Report {
	var r page.Report
	if p.mode == modeDetail {
		if x, _ := p.shown(c); x.rule != nil {
			r.Queries = append(r.Queries, page.Query{Title: x.rule.Name, Expr: x.rule.Expr, How: "rule"})
		}
	}
	s := page.Sheet{Title: "Rules", Head: []string{"rule", "group", "state", "severity", "for", "alerts", "last error"}}
	if !c.Data.Rules().OK() {
		s.None = "not known"
	}
	for _, rule := range c.Data.Rules().Value {
		hold := ""
		if rule.For > 0 {
			hold = dashboard.FormatDuration(rule.For)
		}
		active := ""
		if n := len(rule.Alerts); n > 0 {
			active = dashboard.FormatValue(float64(n), dashboard.UnitNone)
		}
		s.Add(rule.Name, rule.Group, standingOf(&rule), rule.Labels["severity"], hold, active, rule.LastError)
		if q := (page.Query{Title: rule.Name, Expr: rule.Expr, How: "rule"}); len(rule.Alerts) > 0 && !slices.Contains(r.Queries, q) {
			r.Queries = append(r.Queries, q)
		}
	}
	r.Tables = []page.Sheet{s}
	silences := page.Sheet{Title: "Silences", Head: []string{"silenced", "state", "from", "until", "by", "comment"}}
	for _, x := range c.Data.Silences().Value {
		if st := silenceState(c, x); st != sources.SilenceExpired || p.mode == modeSilences {
			silences.Add(matchersText(x.Matchers), string(st), clock(c, x.StartsAt), clock(c, x.EndsAt), x.CreatedBy, x.Comment)
		}
	}
	if len(silences.Rows) > 0 {
		r.Tables = append(r.Tables, silences)
	}
	return r
}

func standingOf(r *sources.Rule) string {
	if broken(r) {
		return "fails to evaluate"
	}
	return string(r.State)
}
