package health

import (
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

var _ page.Reporter = (*Page)(nil)

// Report implements page.Reporter: the checks, with what they measured.
func (p *Page) Report(c page.Context) page.Report {
	checks := page.Sheet{Title: "Health checks", Head: []string{"check", "status", "took", "message"}}
	facts := page.Sheet{Title: "What the checks measured", Head: []string{"check", "detail", "value"}}
	for _, check := range c.Data.Health().Value.Checks {
		checks.Add(check.Name, string(check.Status), dashboard.FormatDuration(check.Duration), check.Message)
		for _, d := range check.Details {
			facts.Add(check.Name, d.Name, detailText(d))
		}
	}
	r := page.Report{Tables: []page.Sheet{checks}}
	if len(facts.Rows) > 0 {
		r.Tables = append(r.Tables, facts)
	}
	return r
}
