package page

// What a page hands on of what it shows: for a ticket, in words and numbers instead of pictures.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
)

// Reporter is a page that can say in numbers what it shows. A page that can't is handed on as the picture it draws,
// with the queries that it wants.
type Reporter interface{ Report(c Context) Report }

// Report is a page in words and numbers. Every text in it is clean already.
type Report struct {
	Queries []Query // as asked; nil: those that the page wants
	Tables  []Sheet
	Traces  []string // ids of the traces that the operator has picked: marked, selected or opened
	Tenant  string   // whose page it is; "" for any other
	Trace   string   // the id of the trace whose page it is
}

// Query is one question as it was put to a server.
type Query struct {
	Title string // the panel's
	Expr  string // PromQL, or what was searched for
	How   string // "instant", "1h in steps of 30s"
}

// Sheet is a table of values. Rows have as many cells as Head.
type Sheet struct {
	Title string
	Head  []string
	Rows  [][]string
	More  int    // rows that were left out
	None  string // said where there is no row, if that is no good news
}

// sheetRows bounds a sheet: a ticket is read by a person.
const sheetRows = 100

// Add appends a row, or counts it when there are many.
func (s *Sheet) Add(cells ...string) {
	if len(s.Rows) == sheetRows {
		s.More++
		return
	}
	s.Rows = append(s.Rows, cells)
}

// reportTraces is how many of a panel's traces are handed on: those on top.
const reportTraces = 5

// Ask adds a panel's requests to the report's queries, each once.
func (r *Report) Ask(title string, reqs ...feed.Request) {
	for _, q := range reqs {
		if q, ok := queryOf(title, q); ok && !slices.Contains(r.Queries, q) {
			r.Queries = append(r.Queries, q)
		}
	}
}

// Panel adds a panel's queries and values.
func (r *Report) Panel(d dashboard.Data, reqs []feed.Request, values *Sheet) {
	r.Ask(d.Panel.Title, reqs...)
	switch d.Panel.Kind {
	case dashboard.KindTraces:
		for _, t := range d.Traces[:min(len(d.Traces), reportTraces)] {
			r.Traces = append(r.Traces, t.ID)
		}
		r.Tables = append(r.Tables, traceSheet(d))
		return
	case dashboard.KindTenants, dashboard.KindAlerts, dashboard.KindHealth, dashboard.KindHeatmap:
		return // told otherwise, or a picture only
	case dashboard.KindVerdict:
		for _, f := range d.Findings {
			values.Add(d.Panel.Title, f.Text, "", "", string(f.State), "")
		}
		return
	}
	if len(d.Values) == 0 {
		values.Add(d.Panel.Title, "", "", "", string(d.State), d.Reason)
		return
	}
	const most = 10 // series of one panel
	for i, v := range d.Values {
		if i == most {
			values.Add(d.Panel.Title, fmt.Sprintf("%d more series", len(d.Values)-most), "", "", "", "")
			break
		}
		reason := ""
		if v.State == d.State && d.State != dashboard.StateOK {
			reason = d.Reason
		}
		before := ""
		if v.Before == v.Before {
			before = dashboard.FormatValue(v.Before, v.Unit)
		}
		values.Add(d.Panel.Title, seriesName(d.Panel, v), dashboard.FormatValue(v.Now, v.Unit), before, string(v.State), reason)
	}
}

// seriesName is what a value is called: its series, and of which query where that is not the main one.
func seriesName(p dashboard.Panel, v dashboard.Value) string {
	for i, q := range p.Queries {
		switch {
		case q.Name != v.Query || i == 0:
		case v.Name == "" || v.Name == p.Title:
			return cmp.Or(q.Title, q.Name)
		case q.Title != "":
			return q.Title + " " + v.Name
		}
	}
	return v.Name
}

// traceSheet are the traces that a panel lists.
func traceSheet(d dashboard.Data) Sheet {
	s := Sheet{Title: d.Panel.Title, Head: []string{"start", "trace", "operation", "took", "spans", "errors"}}
	for _, t := range d.Traces {
		s.Add(t.Start.UTC().Format(time.RFC3339), t.ID, t.Operation, dashboard.FormatDuration(t.Duration), strconv.Itoa(t.Spans), strconv.Itoa(t.Errors))
	}
	return s
}

// Values is the sheet that Panel fills.
func Values() Sheet {
	return Sheet{Title: "Values", Head: []string{"panel", "series", "value", "1 h before", "state", "why"}}
}

// Tenants are rows of a tenants' table, for a sheet.
func Tenants(rows []dashboard.Tenant) Sheet {
	s := Sheet{Title: "Tenants", Head: []string{"tenant", "search/s", "p50", "p95", "p99", "errors", "refused/s", "p95 vs 1 h before", "state", "why"}}
	for _, t := range rows {
		sec := func(v float64) string { return dashboard.FormatValue(v, dashboard.UnitSeconds) }
		s.Add(t.ID, dashboard.FormatValue(t.SearchRate, dashboard.UnitNone), sec(t.P50), sec(t.P95), sec(t.P99),
			dashboard.FormatValue(t.ErrorRatio, dashboard.UnitRatio), dashboard.FormatValue(t.Refused, dashboard.UnitNone),
			dashboard.FormatChange(t.P95, t.P95Before, dashboard.UnitSeconds),
			string(t.State), t.Reason)
	}
	return s
}

// queryOf is a request as a person repeats it; false for those without a text.
func queryOf(title string, r feed.Request) (Query, bool) {
	q := Query{Title: title, Expr: r.Expr}
	span := func(d time.Duration) string { return model.Duration(d).String() }
	switch r.Kind {
	case feed.Instant:
		q.How = "instant"
		if r.Ago > 0 {
			q.How = span(r.Ago) + " before"
		}
	case feed.Range:
		q.How = span(r.Window) + " in steps of " + span(r.Step)
	case feed.Exemplars:
		q.How = "exemplars of " + span(r.Window)
	case feed.Search:
		q.Expr, q.How = searched(r), "search for traces"
	default:
		return Query{}, false
	}
	return q, true
}

// searched is a search for traces in words.
func searched(r feed.Request) string {
	s := r.Search
	parts := []string{"service=" + s.Service}
	if s.Operation != "" {
		parts = append(parts, "operation="+s.Operation)
	}
	if s.Tags != "" {
		parts = append(parts, "tags={"+LabelText(sources.SplitTags(s.Tags))+"}")
	}
	if s.Min > 0 {
		parts = append(parts, "min="+s.Min.String())
	}
	if s.Max > 0 {
		parts = append(parts, "max="+s.Max.String())
	}
	if !s.Start.IsZero() {
		parts = append(parts, "from="+s.Start.UTC().Format(time.RFC3339), "to="+s.End.UTC().Format(time.RFC3339))
	} else if r.Window > 0 {
		parts = append(parts, "window="+model.Duration(r.Window).String())
	}
	return strings.Join(parts, " ")
}

// LabelText is "name=value" of each label in the order of their names, without those named.
func LabelText(labels map[string]string, without ...string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !slices.Contains(without, name) {
			parts = append(parts, name+"="+labels[name])
		}
	}
	return strings.Join(parts, " ")
}
