// Package dashboard describes dashboards as data: panels, queries, thresholds, grid. It turns a panel and the
// feed's snapshots into PanelData, which the panels draw and `dlmon snapshot` prints. It draws nothing itself.
package dashboard

import (
	"time"

	"dlmon/sources"
	"dlmon/sources/feed"
)

// Panel kinds.
const (
	KindStat    = "stat"
	KindLines   = "lines"
	KindHeatmap = "heatmap"
	KindBars    = "bars"
	KindTable   = "table"
	KindTenants = "tenants"
	KindAlerts  = "alerts"
	KindHealth  = "health"
	KindTargets = "targets"
)

// Units of a panel's values.
const (
	UnitSeconds = "seconds"
	UnitBytes   = "bytes"
	UnitPerSec  = "per_second"
	UnitRatio   = "ratio"   // 0 to 1, shown as %
	UnitPercent = "percent" // 0 to 100
	UnitCount   = "count"
	UnitNone    = ""
)

// Dashboard is one page of panels.
type Dashboard struct {
	ID     string  `yaml:"id"`
	Title  string  `yaml:"title"`
	Panels []Panel `yaml:"panels"` // in reading order; Strip panels first
}

// Panel is one question put to the monitored service and how its answer is shown.
type Panel struct {
	ID      string  `yaml:"id"`
	Title   string  `yaml:"title"`
	Kind    string  `yaml:"kind"`
	Unit    string  `yaml:"unit"`
	Queries []Query `yaml:"queries"` // the first is the main one
	// Max names the query (by Name) whose value is the full scale of the main one: "6.0 of 8.0 GiB".
	Thresholds Thresholds `yaml:"thresholds"`
	Place      Place      `yaml:"place"`
	Traces     *Drill     `yaml:"traces"` // nil: Enter finds no traces here
	// Concepts are the vocabulary names the panel needs, filled in from its queries.
	Concepts []string `yaml:"-"`
}

// Query is PromQL over the vocabulary: {{concept}} is a metric name, {{concept.label}} a label name, $rate the rate
// window. How templates are written exactly is documented in docs/dashboards.md.
type Query struct {
	Name    string `yaml:"name"` // key of the answer within the panel: "main", "p50", "hits"
	Expr    string `yaml:"expr"`
	Legend  string `yaml:"legend"`  // label names in braces: "{tenant_id} {limit_type}"; empty: the labels' values
	Range   bool   `yaml:"range"`   // ask the range (sparkline, lines, heatmap)
	Instant bool   `yaml:"instant"` // ask the value now
	Before  bool   `yaml:"before"`  // ask the value one hour before, too
}

// Thresholds colour a value. Below turns them round: lower is worse. Nil means none.
type Thresholds struct {
	Warn     *float64 `yaml:"warn"`
	Critical *float64 `yaml:"critical"`
	Below    bool     `yaml:"below"`
}

// Place is where a panel stands in the grid: rows are filled in reading order, a row is as high as its highest panel.
type Place struct {
	Strip  bool `yaml:"strip"`  // one of the golden signals on top
	Weight int  `yaml:"weight"` // share of the row's width, of 12
	Height int  `yaml:"height"` // lines, title included
	Min    int  `yaml:"min"`    // columns it needs to be readable
	Narrow int  `yaml:"narrow"` // reading order below 100 columns; 0: after those that have one
}

// Drill tells what to look for in traces. Tags maps a label of the panel's series to the concept of the span tag
// ("tenant", "search_type", "endpoint").
type Drill struct {
	Operation string            `yaml:"operation"`
	Tags      map[string]string `yaml:"tags"`
	Errors    bool              `yaml:"errors"` // failed first, else slowest first
}

// State is a panel's state, as in the snapshot's JSON.
type State string

const (
	StateOK       State = "ok"
	StateWarn     State = "warn"
	StateCritical State = "critical"
	StateNoData   State = "nodata"
	StateError    State = "error" // its source failed and there is no data
	StateOff      State = "off"   // its source is not configured, or the vocabulary has no such metric
)

// Value is one series of a panel, ready to be drawn.
type Value struct {
	Query  string // Query.Name
	Name   string // legend text, sanitised
	Labels sources.Labels
	Now    float64   // the instant value, else the last column; NaN without data
	Before float64   // one hour before; NaN when not asked or unknown
	Points []float64 // on Data.Grid; nil when no range was asked
	State  State     // ok, warn, critical or nodata by the thresholds
}

// Data is a panel with its answers. It is what panel.Render draws.
type Data struct {
	Panel    Panel
	State    State
	Reason   string    // why it is not ok: "4.1 % > 1 %", "prometheus: ...", "service-v1 exports no rate limits"
	Hint     string    // what to do about it, if anything: how to turn the source on
	Query    string    // the main query as asked: its instant answer is the main values
	At       time.Time // when the values were true
	Stale    bool      // the last try failed
	Err      error
	Values   []Value // main query first, in the panel's order (worst or largest first where that matters)
	Grid     Grid
	Warnings []string

	// For the kinds that are not PromQL.
	Tenants []Tenant
	Alerts  []sources.Alert
	Health  sources.HealthReport
	History map[string][]sources.HealthPoint
	Targets []sources.Target
}

// Grid is the shared time axis of all Points of one Data.
type Grid struct {
	Start   time.Time
	Step    time.Duration
	Columns int
}

// Tenant is one row of the tenants' table. Unknown numbers are NaN.
type Tenant struct {
	ID            string
	SearchRate    float64   // searches per second
	P50, P95, P99 float64   // seconds
	ErrorRatio    float64   // 0 to 1, of HTTP requests
	P95Before     float64   // seconds, one hour before
	Points        []float64 // p95 over the grid, seconds
	State         State
}

// Env is what turns templates into PromQL and snapshots into Data.
type Env struct {
	Data   feed.Reader
	Vocab  Vocabulary
	Window time.Duration
	Step   time.Duration
	Rate   time.Duration // the effective rate window: max(5m, 4 x scrape interval, step)
}

// Vocabulary resolves concepts to names; sources/vocabulary implements it.
type Vocabulary interface {
	Name() string                         // "guide", "service-v1"
	Metric(concept string) (string, bool) // "" and false: the service exports no such thing
	Label(concept, label string) (string, bool)
	// Missing says in words what is missing: "service-v1 exports no rate limits".
	Missing(concept string) string
}
