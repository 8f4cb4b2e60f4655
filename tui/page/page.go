// Package page is the contract between the root model and its pages. A page owns its cursor, filter and scrolling;
// the root owns routing, the status bar and everything between pages. No page imports another page.
package page

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/keys"
)

// Context is what the root hands a page with every call. It is a value; a page keeps none of it.
type Context struct {
	Data   feed.Reader
	Env    dashboard.Env
	Styles *themes.Styles
	Now    time.Time
	Window time.Duration
	Step   time.Duration
	// Width and Height are the page's body in cells, without status bar and tabs; either may be 0.
	Width, Height int
	// UTC shows times in UTC, else in the machine's zone.
	UTC bool
	// Live tells that Now is the present: the operator has neither paused nor gone back in time.
	Live bool
	// Wall is the present's time whatever is shown: how dlmon's own sources stand is told as of it.
	Wall time.Time
	// Cursor is the time that the operator has picked on a chart, marked on every other; zero: none.
	Cursor time.Time
	// Marks are what happened within Window, oldest first, for every time axis.
	Marks []dashboard.Mark
	// Big tells that nobody is at the keyboard: what is shown is read from across the room.
	Big bool
	// Keys are the operator's own keys, nil for the defaults; Scope is the place among them that is on the screen. Typing
	// tells that keys are typed as text there.
	Keys   *keys.Map
	Scope  string
	Typing bool
	// ReadOnly forbids everything that would change a server: pages do not offer it.
	ReadOnly bool
	// Creator is who creates silences.
	Creator string
	// Objective is the share of requests that should succeed, 0 to 1, for error budgets.
	Objective float64
	// TraceService is the Jaeger service the traces are searched in; "" until known.
	TraceService string
	// TagNames are the span tags that name a concept, likeliest first: "tenant" → tenant_id, tenant.id.
	TagNames map[string][]string
}

// Page is one screen. Methods are called from the Bubble Tea loop only; none may block or do I/O.
type Page interface {
	// Title is shown in the breadcrumb: "Overview", "trace 4bf92f35".
	Title() string
	// Wants are the requests the page needs to be asked while it is on the screen.
	Wants(c Context) []feed.Request
	// Update answers a key or another message. New data arrives as DataMsg.
	Update(c Context, msg tea.Msg) tea.Cmd
	// View is at most c.Height lines of at most c.Width cells each, unpadded.
	View(c Context) []string
	// Bindings are the keys that do something here and now, for help and palette; Bind makes them.
	Bindings() []key.Binding
}

// Capturer is a page that can hold all keys for itself (a filter or a prompt is open), quit and help included.
type Capturer interface{ Capturing() bool }

// Escaper is a page that has something of its own to leave before the root goes back: an applied filter, an opened
// detail. Escape is offered every Esc first and tells whether it used it.
type Escaper interface{ Escape() bool }

// Homer is a tab's page that shows more than one thing, such as a list, a detail and another list. Home is called when the
// operator asks for the tab that is shown already, and goes to the first of them; the list itself stays as it is.
type Homer interface{ Home() }

// Opener is a page that has something to do as soon as it comes onto the screen, also when the operator comes back to
// it: what it waits for may be there already.
type Opener interface{ Open(c Context) tea.Cmd }

// Scoped is a page whose own keys are those of a scope of package keys. A page without keys of its own needs none.
type Scoped interface{ Scope() string }

// Wheeler is a page that has its own use for the mouse's wheel, such as what is under the pointer. It tells whether it
// used it; where it did not, and on all other pages, the wheel moves the selection.
type Wheeler interface {
	Wheel(c Context, m tea.MouseWheelMsg) bool
}

// Clicker is a page with a list that can be clicked. Click gives the focus to what is at a cell of the body and tells the
// row that stands there, -1 for none, and the selected one. The rest is up to the root: it moves the selection as the
// arrows do, and opens what is selected already as enter does. A click on no row reaches Update.
type Clicker interface {
	Click(c Context, x, y int) (row, selected int)
}

// Judge is a page that marks what it shows as warning or critical, by panels or by rows.
type Judge interface {
	// States are those of the panels that are seen, or the worst of all rows, whatever a filter hides.
	States(c Context) []dashboard.State
}

// DataMsg tells that snapshots changed: the page drops cached lines that depend on them.
type DataMsg struct{}

// SelectMsg tells a page which row the one who opened it wants selected.
type SelectMsg struct{ Key string }

// Intents: what a page asks the root to do. They are sent as messages by a page's commands. An intent that names the
// page it is From counts only as long as that page is on the screen: the operator may have gone elsewhere meanwhile.
type (
	// OpenTraces goes to the list of traces that explains a panel, a tenant or an alert.
	OpenTraces struct {
		Query   TraceQuery
		Replace bool // in place of the page that sends it: Esc does not come back to it
		From    Page
	}
	// OpenTrace goes to one trace.
	OpenTrace struct {
		ID    string
		Span  string     // the span to select; "" the first
		Query TraceQuery // what the trace is to explain; the zero query nothing in particular
		// Siblings are the traces, this one among them, that "t" steps through: those of exemplars, whose observations in
		// seconds are in Values, or, with Values nil, those that failed for the same reason. Nil for neither.
		Siblings []string
		Values   []float64
		Replace  bool
		From     Page
	}
	// OpenExemplar goes to the trace behind the exemplar of Query.Histogram nearest to its p99; where there is none, to
	// the list of traces that Query finds, which then says so.
	OpenExemplar struct{ Query TraceQuery }
	// OpenSearch goes to the search form, filled in from Query.
	OpenSearch struct{ Query TraceQuery }
	// OpenAnalysis goes to what several traces say together. Without A it is about all traces that Query finds.
	OpenAnalysis struct {
		Kind  string // AnalysisOperations ...
		Query TraceQuery
		// A and B are marked traces by id. A difference compares A with B, or, without B, with the rest of Query's; a
		// comparison takes the first of each.
		A, B []string
	}
	// OpenTenant goes to a tenant's own page.
	OpenTenant struct{ ID string }
	// OpenTenants goes to one of the comparisons of all tenants (TenantsMovers ...).
	OpenTenants struct{ View string }
	// SetRange shows the time from From to To on every page.
	SetRange struct{ From, To time.Time }
	// SetCursor picks a time on every chart; the zero time picks none.
	SetCursor struct{ At time.Time }
	// MoveCursor moves the picked time by columns of the charts; without one it picks the newest.
	MoveCursor struct{ By int }
	// SetSilence writes a silence to Alertmanager, ExpireSilence ends one. The page that asked is told by Written.
	SetSilence struct {
		Silence sources.Silence
		From    Page
	}
	ExpireSilence struct {
		ID   string
		From Page
	}
	// Copy puts text on the operator's clipboard (OSC 52, through SSH too); What names it in the notice.
	Copy struct{ Text, What string }
	// OpenPanel shows one panel of a dashboard full screen.
	OpenPanel struct {
		Panel dashboard.Panel
	}
	// OpenPage goes to a top-level page by its id ("tenants", "alerts", ...), with the row of that key selected.
	OpenPage struct{ ID, Select string }
	// Back returns to the page before, exactly as it was.
	Back struct{}
	// Notice says one line in the status bar for a few seconds.
	Notice struct {
		Text string
		Warn bool
	}
)

// Views of all tenants together.
const (
	TenantsMovers     = "movers"     // what changed most against some time before
	TenantsNeighbours = "neighbours" // who takes the most of the load, and whose latency grew with it
	TenantsBudget     = "budget"     // burn rates of the error budget
)

// AlertsSilences is the list of silences, on the page of alerts.
const AlertsSilences = "silences"

// MoversAgainst are the times before that movers compare with, as the command line names them.
var MoversAgainst = []string{"1h", "1d", "1w"}

// Kinds of analysis.
const (
	AnalysisDifference = "difference" // what sets the slow or failed ones apart
	AnalysisOperations = "operations" // statistics by (service, operation)
	AnalysisCauses     = "causes"     // errors by root cause
	AnalysisServices   = "services"   // who calls whom
	AnalysisCompare    = "compare"    // two traces side by side
)

// Written tells a page how a change that it asked for ended, wherever the operator is by then.
type Written struct {
	Page Page
	ID   string // of the silence
	Err  error
}

// Computed delivers to a page what Compute worked out for it, wherever the operator is by then.
type Computed struct {
	Page  Page
	Gen   uint64 // as it was given to Compute: a page drops what it has asked for anew since
	Value any
	Err   error // the work panicked
}

// Compute does work off the Bubble Tea loop; its result comes back to p as a Computed.
func Compute(p Page, gen uint64, work func() any) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = Computed{Page: p, Gen: gen, Err: fmt.Errorf("dlmon: %v", r)}
			}
		}()
		return Computed{Page: p, Gen: gen, Value: work()}
	}
}

// Clock formats t to the second in the zone that c asks for: "14:05:32".
func (c Context) Clock(t time.Time) string { return c.Zone(t).Format("15:04:05") }

// Zone is t in the zone that c asks for.
func (c Context) Zone(t time.Time) time.Time {
	if c.UTC {
		return t.UTC()
	}
	return t.Local()
}

// Send is a command that delivers an intent.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
