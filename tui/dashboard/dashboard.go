// Package dashboard describes dashboards as data: panels, queries, thresholds, grid. It turns a panel and the
// feed's snapshots into Data, which the panels draw and `dlmon snapshot` prints. It draws nothing itself.
package dashboard

import (
	"math"
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
	KindVerdict = "verdict" // what is wrong with one tenant, in sentences
	KindTraces  = "traces"  // the failed and the slowest of one tenant's recent traces
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
	// Records are recording rules that others take from: what several queries have in common. Their Name means nothing.
	Records []Stat `yaml:"records"`
}

// Panel is one question put to the monitored service and how its answer is shown.
type Panel struct {
	ID      string  `yaml:"id"`
	Title   string  `yaml:"title"`
	Kind    string  `yaml:"kind"`
	Unit    string  `yaml:"unit"`
	Queries []Query `yaml:"queries"` // the first is the main one; its Name is "main"
	// Group joins the main query's series into the lines that are drawn; nil draws each.
	Group *Group `yaml:"group"`
	// Sort orders the main values: "asc" lowest first, "desc" highest first, "" as Prometheus gave them.
	Sort string `yaml:"sort"`
	// Gauges are values of the panel that have a full scale: "6.0 of 8.0 GiB".
	Gauges     []Full     `yaml:"gauges"`
	Thresholds Thresholds `yaml:"thresholds"` // of the main values, in the panel's unit
	// Limits are thresholds by name: of a gauge, on its share of the full scale (0 to 1); of the tenants' table on
	// "p95" (seconds), "errors" (ratio) and "change" (of p95 against one hour before, as a ratio); "change" also of the main
	// values, where they are seconds.
	Limits map[string]Thresholds `yaml:"limits"`
	// Info says that the values carry no number: their labels are the news.
	Info   bool   `yaml:"info"`
	Place  Place  `yaml:"place"`
	Traces *Drill `yaml:"traces"` // nil: Enter finds no traces here
	// Moves puts the main query's values among what is ranked by how far it moved; nil leaves them out.
	Moves *Moves `yaml:"moves"`
	// Tenant is whom a panel of a tenant's page is about; see Dashboard.ForTenant.
	Tenant string `yaml:"-"`

	apart bool // see Asking
	first bool // of the numbers asked apart only the first is asked, until it tells how many tenants there are
}

// Moves says how a change of the main query's values is weighed. The formula is that of tenancy.Rank.
type Moves struct {
	Floor  float64 `yaml:"floor"`  // what is too little to matter, in the panel's unit
	Worse  string  `yaml:"worse"`  // "up", "down", "" for neither
	Weight float64 `yaml:"weight"` // 0: 1
	Losses bool    `yaml:"losses"` // of a ratio, what is missing to 1 is weighed: of a hit rate, the misses
	Zero   bool    `yaml:"zero"`   // a series that is not there counts as 0: of rates
	Tenant bool    `yaml:"tenant"` // each value is a tenant's
}

// Group is how several series become one line: their average, sum, min or max by a label concept of the main query's
// metric; without By, all series in one. Points names the query whose range has the lines' points, for the range of every
// series of every tenant would be too much; empty: the main query, whose points are joined.
type Group struct {
	By     string `yaml:"by"`
	Func   string `yaml:"func"`
	Points string `yaml:"points"`
}

// Full says where a gauge's value and its full scale come from. The value is the sum of the query's series, or of
// those that have the value Of in the label concept Label; the full scale is the sum of those that have Max in it, or
// else the detail of a health check. A gauge whose label the vocabulary lacks is left out.
type Full struct {
	Name   string `yaml:"name"`
	Query  string `yaml:"query"` // whose series it is about; "main" if empty
	Label  string `yaml:"label"`
	Of     string `yaml:"of"`
	Max    string `yaml:"max"`
	Check  string `yaml:"check"`
	Detail string `yaml:"detail"`
}

// Query is PromQL over the vocabulary: {{concept}} is a metric name, {{concept.label}} a label name, {{concept: a b}}
// a list of label names for by (...), $rate the rate window. docs/dashboards.md tells it all.
type Query struct {
	Name   string `yaml:"name"` // key of the answer within the panel: "main", "p50", "hits"
	Title  string `yaml:"title"`
	Expr   string `yaml:"expr"`
	Legend string `yaml:"legend"` // label concepts or names in braces: "{tenant} {limit_type}"; empty: the labels' values
	Unit   string `yaml:"unit"`   // empty: the panel's
	// RangeExpr is asked for the range instead of Expr where samples lie between its columns, $step being the time that a
	// column stands for: max_over_time({{connections}}[$step]). What has no samples of its own is looked at some times in a
	// column, $fine apart, $expr being Expr or what is recorded of it: min_over_time(($expr)[$step:$fine]). The value now is
	// Expr's. "": Expr's values at the columns.
	RangeExpr string `yaml:"range_expr"`
	// What is asked while the panel is on the screen. A query that asks for neither is put by a snapshot only.
	Range   bool `yaml:"range"`   // the range (sparkline, lines, heatmap); without Instant its last column is the value now
	Instant bool `yaml:"instant"` // the value now
	Before  bool `yaml:"before"`  // the value one hour before, once a minute
	// Every is the shortest time between two instant queries; 0 leaves it to the feed.
	Every time.Duration `yaml:"every"`
	// Tell has the panel say so where the vocabulary lacks what the query needs. Of the main query it always does.
	Tell bool `yaml:"tell"`
	// Tenant is what $tenant stands for; see Dashboard.ForTenant.
	Tenant string `yaml:"-"`
	// Record names the recording rule that keeps the expression's answer: a template as the expression is. Where the server
	// has that series, it is asked instead. The expression is written as Prometheus prints it ("sum by (x) (...)"), so
	// that the server's rule can be compared with it. About says in the rules file what it is for.
	Record string `yaml:"record"`
	About  string `yaml:"about"`
	// Stats, in place of Expr, are several expressions asked in one query: their answers are joined with "or" and told
	// apart by the label "stat". Each may have a recording rule of its own.
	Stats []Stat `yaml:"stats"`

	only  *only // of the range; nil: all series
	heavy bool  // of many tenants: it is asked rarely where it isn't recorded ...
	calm  bool  // ... and where it is, for nothing is judged by it
}

// Stat is one of the expressions of a query, with the value of its label "stat".
type Stat struct {
	Name   string `yaml:"name"`
	Expr   string `yaml:"expr"`
	Record string `yaml:"record"`
	About  string `yaml:"about"`
	// Optional is left out where the vocabulary lacks what it needs; without any other, the query can't be asked.
	Optional bool `yaml:"optional"`
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
	Wide   bool `yaml:"wide"`   // of the strip: a row of its own, Height lines high
	Stack  bool `yaml:"stack"`  // below the panel before it, in the same column
	Weight int  `yaml:"weight"` // share of the row's width, of 12
	Height int  `yaml:"height"` // lines, title included
	Min    int  `yaml:"min"`    // columns it needs to be readable
	Narrow int  `yaml:"narrow"` // reading order below 100 columns, each in a row of its own; 0: after those that have one
	Low    int  `yaml:"low"`    // lines below 100 columns; 0: Height
	Few    int  `yaml:"few"`    // the least lines on a screen of few lines, where it stands right under the strip; 0: below those
}

// Drill tells what to look for in traces. Tags maps a label concept of the panel's series to the concept of the span
// tag ("tenant", "search_type", "endpoint"). In Data.Panel the keys are already real label names.
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
	Unit   string    // of its query
	// Gone tells that the range still has the series and the answer now has not: it is no part of the query's answer.
	Gone bool
}

// Gauge is a value with its full scale: "mem 6.0 of 8.0 GiB, 75 %".
type Gauge struct {
	Name     string
	Now, Max float64 // in Unit; Max is NaN when unknown
	Unit     string
	Points   []float64 // on Data.Grid; nil when there is no range
	State    State
}

// Share is the part of the full scale that is used, 0 to 1; NaN when unknown.
func (g Gauge) Share() float64 {
	if !(g.Max > 0) {
		return math.NaN()
	}
	return g.Now / g.Max
}

// Heat is a histogram over time: how many observations per second fell into each bucket.
type Heat struct {
	Bounds []float64   // the buckets' upper bounds, ascending; the last is +Inf
	Cells  [][]float64 // by bucket, then by column of Data.Grid; never negative, NaN where nothing is known
}

// Data is a panel with its answers. It is what panel.Render draws.
type Data struct {
	Panel    Panel
	State    State
	Reason   string    // why it is not ok: "4.1 % > 1 %", "prometheus: ...", "rate limits: not exported (metric names: service-v1)"
	Hint     string    // what to do about it, if anything: how to turn the source on
	Query    string    // the main query as asked: its instant answer is the main values
	At       time.Time // when the values were true
	Stale    bool      // the last try failed
	Err      error
	Values   []Value  // main query first, in the panel's order (worst or largest first where that matters)
	Lines    []Value  // what lines, bars and stats draw of the main query: its values, joined by Panel.Group
	Gauges   []Gauge  // values of a full scale (saturation, memory)
	Facts    []string // short findings that belong beside the picture: "worst: acme-corp query 41 %"
	Heat     *Heat    // the kind heatmap only; nil without data
	Grid     Grid
	Warnings []string

	// For the kinds that are not PromQL.
	Tenants []Tenant // worst first
	Widest  Widths   // of the texts of Tenants
	waiting []string // numbers of Tenants that have not come yet
	Alerts  []sources.Alert
	Health  sources.HealthReport
	History map[string][]sources.HealthPoint
	Targets []sources.Target
	// Findings are a verdict's, worst first.
	Findings []Finding
	// ServiceWide counts the firing alerts that name no tenant, where Alerts are one tenant's.
	ServiceWide int
	Traces      []sources.TraceSummary // some failed ones, the slowest others, then the rest
}

// Finding is one sentence of a verdict.
type Finding struct {
	State State
	Text  string
}

// Grid is the shared time axis of all Points of one Data.
type Grid struct {
	Start   time.Time
	Step    time.Duration
	Columns int
	Until   time.Time // of the last column where that is not over yet, as in sources.Matrix; else zero
}

// GridOf is the time axis of a range query's answer.
func GridOf(m sources.Matrix) Grid {
	return Grid{Start: m.Start, Step: m.Step, Columns: m.Columns, Until: m.Until}
}

// Time is the time of column i, which may lie beside the grid.
func (g Grid) Time(i int) time.Time {
	if i >= g.Columns-1 && !g.Until.IsZero() {
		return g.Until
	}
	return g.place(i)
}

// place is where column i stands on the time axis.
func (g Grid) place(i int) time.Time { return g.Start.Add(time.Duration(i) * g.Step) }

// End is where the time axis ends: with the last column, were it not over yet.
func (g Grid) End() time.Time { return g.place(g.Columns - 1) }

// Column is the column nearest to a time; -1 where it is not on the grid.
func (g Grid) Column(at time.Time) int {
	if at.IsZero() || g.Step <= 0 || g.Columns == 0 {
		return -1
	}
	d := at.Sub(g.Start)
	i := int((d + g.Step/2) / g.Step)
	if d < -g.Step/2 || i >= g.Columns {
		return -1
	}
	if last := g.Columns - 1; i == last-1 && !g.Until.IsZero() && g.Until.Sub(at) < at.Sub(g.place(i)) {
		return last
	}
	return i
}

// Tenant is one row of the tenants' table. Unknown numbers are NaN.
type Tenant struct {
	ID, Label     string    // Label is the real name of the label that holds the ID: tenant_id
	SearchRate    float64   // searches per second
	P50, P95, P99 float64   // seconds
	ErrorRatio    float64   // 0 to 1, of HTTP requests
	Refused       float64   // requests per second that a rate limit turned away; NaN where none ever was, or that is not exported
	P95Before     float64   // seconds, one hour before
	Points        []float64 // p95 over the grid, seconds
	State         State
	Reason        string           // why it is not ok: "p95 812 ms > 500 ms"
	States        map[string]State // by Limits: "p95", "errors", "change", "refused"; shared between rows
}

// Env is what turns templates into PromQL and snapshots into Data.
type Env struct {
	Data   feed.Reader
	Vocab  Vocabulary
	Window time.Duration
	Step   time.Duration
	Rate   time.Duration // the rate window of range queries: max(5m, 4 x scrape interval, step)
	Scrape time.Duration // Prometheus's scrape interval; 0 while unknown. Instant queries take max(5m, 4 x Scrape)
	At     time.Time     // the time in the past that Data is as of; zero: the present
	// TraceService is the Jaeger service whose traces are searched, "" while unknown; TenantTags the span tags that may
	// name a tenant, joined by commas.
	TraceService, TenantTags string
}

// Vocabulary resolves concepts to names; sources/vocabulary implements it.
type Vocabulary interface {
	Name() string                         // "guide", "service-v1"
	Metric(concept string) (string, bool) // "" and false: the service exports no such thing
	Label(concept, label string) (string, bool)
	// Missing says in words what is missing: "rate limits: not exported (metric names: service-v1)".
	Missing(concept string) string
	// Recorded tells since when the server has recorded expr as the series name; false: it has not, or records another
	// expression by that name.
	Recorded(name, expr string) (since time.Time, ok bool)
	// Stopped says why a series that a rule records is not asked: the rule isn't evaluated any more; "" of any other.
	Stopped(name string) string
	// Remarks are what the operator should know of the names in use: how they were found, recorded series that are not
	// trusted, or that none are recorded.
	Remarks() []string
}
