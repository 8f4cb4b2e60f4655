package dlmon

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
)

// Document is what `dlmon snapshot --format json` prints. It is kept stable: fields may be added, none changes its
// meaning while Version is 1. Times are RFC 3339 in UTC, durations seconds; NaN and infinities are null.
type Document struct {
	Version     int              `json:"version"`
	GeneratedAt string           `json:"generated_at"` // evaluation time of every query
	Window      DocumentWindow   `json:"window"`
	Sources     []DocumentSource `json:"sources"` // prometheus, health, jaeger, alertmanager
	Panels      []DocumentPanel  `json:"panels"`  // in the dashboards' order
	Tenants     []DocumentTenant `json:"tenants"` // worst first
	Alerts      []DocumentAlert  `json:"alerts"`  // firing before pending, critical before warning, oldest first
	Health      DocumentHealth   `json:"health"`

	incomplete bool              // something was not answered in time
	shown      []dashboard.State // what is marked beside panels and alerts
}

// DocumentWindow is the time that points cover.
type DocumentWindow struct {
	Start       string  `json:"start"`
	End         string  `json:"end"`
	StepSeconds float64 `json:"step_seconds"` // points are at whole multiples of it
}

// DocumentSource is how a source stands.
type DocumentSource struct {
	Name       string `json:"name"`
	URL        string `json:"url"`         // without credentials; "" when off
	State      string `json:"state"`       // ok, stale, failed, off
	AgeSeconds number `json:"age_seconds"` // of its newest data; null without data
	Error      string `json:"error"`       // of the last try; "" when it succeeded
}

// DocumentPanel is one panel. Query is PromQL whose instant answer at GeneratedAt is Series, with its values as
// Prometheus gives them (a heatmap's stay cumulative by le); it is "" for a panel that PromQL does not answer.
type DocumentPanel struct {
	ID     string           `json:"id"`
	Page   string           `json:"page"`
	Title  string           `json:"title"`
	Unit   string           `json:"unit"`   // seconds, bytes, per_second, ratio (0 to 1), percent, count or ""
	State  string           `json:"state"`  // ok, warn, critical, nodata, error, off
	Reason string           `json:"reason"` // why it is not ok
	Query  string           `json:"query"`
	Series []DocumentSeries `json:"series"` // ordered by their labels
}

// DocumentSeries is one series of a panel's query.
type DocumentSeries struct {
	Labels sources.Labels `json:"labels"`
	Value  number         `json:"value"`
	// Points are [unix seconds, value] over the window, oldest first; null where the range has no value.
	Points [][2]number `json:"points"`
}

// DocumentTenant is one tenant's row.
type DocumentTenant struct {
	TenantID   string `json:"tenant_id"`
	SearchRate number `json:"search_rate"` // searches per second
	P50        number `json:"p50_seconds"`
	P95        number `json:"p95_seconds"`
	P99        number `json:"p99_seconds"`
	ErrorRatio number `json:"error_ratio"`  // 0 to 1, of HTTP requests
	Refused    number `json:"refused_rate"` // requests per second that a rate limit turned away
}

// DocumentAlert is one active alert.
type DocumentAlert struct {
	Name        string         `json:"name"`
	State       string         `json:"state"` // firing, pending
	Severity    string         `json:"severity"`
	Labels      sources.Labels `json:"labels"`
	Annotations sources.Labels `json:"annotations"`
	ActiveSince string         `json:"active_since"` // "" when unknown
	Value       number         `json:"value"`
	Silenced    bool           `json:"silenced"` // by a silence of Alertmanager
}

// DocumentHealth is the health report; status "unknown" without one.
type DocumentHealth struct {
	Status string          `json:"status"` // healthy, degraded, unhealthy, unknown
	Checks []DocumentCheck `json:"checks"` // in the service's order
}

// DocumentCheck is one check. Details are flat: nested names are joined by dots.
type DocumentCheck struct {
	Name            string         `json:"name"`
	Status          string         `json:"status"` // healthy, degraded, unhealthy, disabled, unknown
	Message         string         `json:"message"`
	DurationSeconds number         `json:"duration_seconds"`
	Details         map[string]any `json:"details"` // texts, numbers, booleans
}

func jsonFloat(f float64) ([]byte, error) { return json.Marshal(f) }

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// document puts what was taken together. Lists are never null. covered leaves out what the first page shows: another one
// lies over it.
func (t *taken) document(at time.Time, covered bool) *Document {
	f, window := t.session.data, t.env.Window
	d := &Document{
		Version:     1,
		GeneratedAt: instant(at),
		Window:      DocumentWindow{instant(at.Add(-window)), instant(at), t.env.Step.Seconds()},
		Sources:     []DocumentSource{}, Panels: []DocumentPanel{}, Tenants: []DocumentTenant{}, Alerts: []DocumentAlert{},
		Health:     documentHealth(f.Health()),
		incomplete: t.timeout,
	}
	for _, s := range f.Sources() {
		d.Sources = append(d.Sources, documentSource(s))
	}
	page := t.session.config.Page
	if covered {
		page = ""
	}
	for _, tp := range t.panels {
		data := dashboard.Eval(tp.panel, t.env)
		if tp.panel.Kind == dashboard.KindHealth || tp.panel.Kind == dashboard.KindTenants && page == "tenants" {
			d.shown = append(d.shown, data.State) // the status bar of every page tells the health
		}
		if tp.panel.Kind == dashboard.KindTenants {
			for _, row := range data.Tenants {
				d.Tenants = append(d.Tenants, DocumentTenant{row.ID, number(row.SearchRate),
					number(row.P50), number(row.P95), number(row.P99), number(row.ErrorRatio), number(row.Refused)})
			}
		}
		if page == pageAll || page == tp.page {
			d.Panels = append(d.Panels, t.panel(tp, data))
		}
	}
	for _, a := range f.Alerts().Value {
		d.Alerts = append(d.Alerts, documentAlert(a))
	}
	return d
}

func documentSource(s feed.SourceStatus) DocumentSource {
	d := DocumentSource{Name: s.Name, URL: s.URL, State: string(s.State), AgeSeconds: number(math.NaN())}
	if !s.At.IsZero() {
		d.AgeSeconds = number(max(0, time.Since(s.At)).Round(time.Millisecond).Seconds())
	}
	if s.Err != nil {
		d.Error = s.Err.Error()
	}
	if s.State == feed.Waiting {
		d.State, d.Error = string(feed.Failed), "no answer in time"
	}
	return d
}

func (t *taken) panel(tp takenPanel, data dashboard.Data) DocumentPanel {
	p := DocumentPanel{
		ID: tp.panel.ID, Page: tp.page, Title: tp.panel.Title, Unit: tp.panel.Unit,
		State: string(data.State), Reason: data.Reason, Series: []DocumentSeries{},
	}
	main := tp.panel.InstantRequests(t.env)
	if len(main) == 0 {
		return p
	}
	p.Query = main[0].Expr
	points := map[string][][2]number{}
	if r, ok := t.rangeOf(tp.panel); ok {
		points = t.points(r)
	}
	for _, s := range t.session.data.Instant(main[0]).Value.Samples {
		series := DocumentSeries{Labels: s.Labels, Value: number(s.Value), Points: points[s.Labels.Key()]}
		if series.Labels == nil {
			series.Labels = sources.Labels{}
		}
		if series.Points == nil {
			series.Points = [][2]number{}
		}
		p.Series = append(p.Series, series)
	}
	slices.SortStableFunc(p.Series, func(a, b DocumentSeries) int { return strings.Compare(a.Labels.Key(), b.Labels.Key()) })
	return p
}

// points are the columns of a range by the key of their series, those inside the window.
func (t *taken) points(r feed.Request) map[string][][2]number {
	m, end := t.session.data.Range(r).Value, t.session.data.Now()
	start := end.Add(-t.env.Window)
	all := map[string][][2]number{}
	for _, s := range m.Series {
		points := [][2]number{}
		for i, v := range s.Values {
			if at := m.Time(i); !at.Before(start) && !at.After(end) {
				points = append(points, [2]number{number(at.Unix()), number(v)})
			}
		}
		all[s.Labels.Key()] = points
	}
	return all
}

func documentAlert(a sources.Alert) DocumentAlert {
	d := DocumentAlert{
		Name: a.Name, State: string(a.State), Severity: a.Severity, Labels: a.Labels, Annotations: a.Annotations,
		ActiveSince: instant(a.ActiveSince), Value: number(a.Value), Silenced: len(a.Silenced) > 0,
	}
	if d.Labels == nil {
		d.Labels = sources.Labels{}
	}
	if d.Annotations == nil {
		d.Annotations = sources.Labels{}
	}
	return d
}

func documentHealth(s sources.Snapshot[sources.HealthReport]) DocumentHealth {
	d := DocumentHealth{Status: string(sources.Unknown), Checks: []DocumentCheck{}}
	if !s.OK() {
		return d
	}
	d.Status = string(s.Value.Status)
	for _, c := range s.Value.Checks {
		check := DocumentCheck{c.Name, string(c.Status), c.Message, number(c.Duration.Seconds()), map[string]any{}}
		for _, detail := range c.Details {
			check.Details[detail.Name] = detail.Value
			if v, ok := detail.Value.(float64); ok {
				check.Details[detail.Name] = number(v)
			}
		}
		d.Checks = append(d.Checks, check)
	}
	return d
}

// exitCode sums the document up. A source that failed comes first: without it the rest is not the whole truth.
func (d *Document) exitCode() int {
	code := ExitOK
	if d.incomplete {
		return ExitSource
	}
	for _, s := range d.Sources {
		if s.State == string(feed.Failed) || s.State == string(feed.Stale) {
			return ExitSource
		}
	}
	states := slices.Clone(d.shown)
	for _, p := range d.Panels {
		states = append(states, dashboard.State(p.State))
	}
	for _, s := range states {
		switch s {
		case dashboard.StateError:
			return ExitSource
		case dashboard.StateWarn, dashboard.StateCritical:
			code = ExitTrouble
		}
	}
	for _, a := range d.Alerts {
		if a.State == string(sources.Firing) {
			code = ExitTrouble
		}
	}
	return code
}

// write prints the document with one line for each entry of its lists, so that it can be read and compared without
// every point taking a line.
func (d *Document) write(w io.Writer) error {
	b := &documentWriter{}
	b.value("{\n  \"version\": ", d.Version)
	b.value(",\n  \"generated_at\": ", d.GeneratedAt)
	b.value(",\n  \"window\": ", d.Window)
	list(b, ",\n  \"sources\": ", "  ", d.Sources)
	list(b, ",\n  \"panels\": ", "  ", d.Panels)
	list(b, ",\n  \"tenants\": ", "  ", d.Tenants)
	list(b, ",\n  \"alerts\": ", "  ", d.Alerts)
	b.value(",\n  \"health\": {\n    \"status\": ", d.Health.Status)
	list(b, ",\n    \"checks\": ", "    ", d.Health.Checks)
	b.WriteString("\n  }\n}\n")
	if b.err != nil {
		return b.err
	}
	_, err := w.Write(b.Bytes())
	return err
}

type documentWriter struct {
	bytes.Buffer
	err error
}

func (b *documentWriter) value(key string, v any) {
	b.WriteString(key)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && b.err == nil {
		b.err = err
		return
	}
	b.Truncate(b.Len() - 1) // Encode ends with a newline
}

func list[T any](b *documentWriter, key, indent string, entries []T) {
	b.WriteString(key + "[")
	for i, e := range entries {
		sep := ",\n"
		if i == 0 {
			sep = "\n"
		}
		b.value(sep+indent+"  ", e)
	}
	if len(entries) > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("]")
}
