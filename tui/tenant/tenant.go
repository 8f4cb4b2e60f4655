// Package tenant compares all tenants with one another: what moved most, whose load hurts whom, who burns its error
// budget.
package tenant

import (
	"cmp"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// New is the page of that name (page.TenantsMovers ...); nil for a name that there is none of.
func New(name string) page.Page {
	switch name {
	case page.TenantsMovers:
		return NewMovers()
	case page.TenantsNeighbours:
		return NewNeighbours()
	case page.TenantsBudget:
		return NewBudget()
	}
	return nil
}

// work is what a page works out from snapshots off the loop, one piece at a time: newer snapshots wait until the present
// piece is done.
type work[T any] struct {
	gen     uint64
	running bool
	again   bool      // there is newer data than what is being worked on
	stamp   string    // of the data that was last taken
	at      time.Time // the past time shown that the rest is about; zero: the present
	value   T
	known   bool
	err     error
}

// start begins anew when stamp tells other data than before.
func (w *work[T]) start(p page.Page, stamp string, do func() any) tea.Cmd {
	if stamp == w.stamp {
		return nil
	}
	if w.running {
		w.again = true
		return nil
	}
	w.gen++
	w.running, w.again, w.stamp = true, false, stamp
	return page.Compute(p, w.gen, do)
}

// take keeps what was worked out, and tells whether there is newer data to begin with at once.
func (w *work[T]) take(msg page.Computed) (again bool) {
	if msg.Gen != w.gen {
		return false
	}
	w.running, w.err = false, msg.Err
	if v, ok := msg.Value.(T); ok && msg.Err == nil {
		w.value, w.known = v, true
	}
	return w.again
}

// drop forgets what is known: the question is another one now. What is being worked on comes too late.
func (w *work[T]) drop() { *w = work[T]{gen: w.gen + 1, at: w.at} }

// follow takes up which time is shown, and tells whether that has dropped what was known: the present must not be read as
// the past, nor one past as another. The present goes on by itself, and a pause shows the same data as before.
func (w *work[T]) follow(at time.Time, stamp string) (dropped bool) {
	if at.Equal(w.at) {
		return false
	}
	w.at = at
	if dropped = stamp != w.stamp; dropped {
		w.drop()
	}
	return dropped
}

// comparison is what the pages of all tenants have in common: a list with a filter, worked out off the loop.
type comparison[T any] struct {
	cursor page.Cursor
	hits   page.Hits
	filter page.Filter
	work   work[T]
}

// Capturing implements page.Capturer.
func (x *comparison[T]) Capturing() bool { return x.filter.Open }

// Escape implements page.Escaper.
func (x *comparison[T]) Escape() bool { return x.filter.Escape() }

// Click implements page.Clicker.
func (x *comparison[T]) Click(_ page.Context, _, y int) (row, selected int) {
	return x.hits.Row(y), x.cursor.Row
}

// update answers a message: anew works the list out from what has come, key answers a key that the filter leaves.
func (x *comparison[T]) update(c page.Context, msg tea.Msg, anew func(page.Context) tea.Cmd, key func(page.Context, tea.KeyPressMsg) tea.Cmd) tea.Cmd {
	switch msg := msg.(type) {
	case page.DataMsg:
		return anew(c)
	case page.Computed:
		if x.work.take(msg) {
			return anew(c)
		}
	case page.SelectMsg:
		x.cursor.Key = msg.Key
	case tea.PasteMsg:
		if x.filter.Open {
			x.filter.Add(msg.Content)
		}
	case tea.KeyPressMsg:
		if !x.filter.Key(msg) {
			return key(c, msg)
		}
	}
	return nil
}

// answeredAt is when the answer to a request was true, and the error of the last try.
func answeredAt(r feed.Reader, q feed.Request) (time.Time, error) {
	if q.Kind == feed.Range {
		s := r.Range(q)
		return s.At, s.Err
	}
	s := r.Instant(q)
	return s.At, s.Err
}

// absent says why there is nothing: Prometheus is off, fails, or has not answered.
func absent(c page.Context, reqs []feed.Request) []string {
	for _, s := range c.Data.Sources() {
		switch {
		case s.Name != feed.SourcePrometheus:
		case s.State == feed.Off:
			return page.Explain(c.Styles, "Prometheus is off: set --prometheus-url", nil, c.Width)
		case s.State == feed.Failed:
			return page.Explain(c.Styles, "Prometheus could not be asked", s.Err, c.Width)
		}
	}
	for _, q := range reqs {
		if at, err := answeredAt(c.Data, q); err != nil && at.IsZero() {
			return page.Explain(c.Styles, "Prometheus refuses a query", err, c.Width)
		}
	}
	if c.Env.Vocab == nil {
		return page.Explain(c.Styles, "asking Prometheus for its metrics", nil, c.Width)
	}
	return page.Explain(c.Styles, "asking Prometheus", nil, c.Width)
}

// refused are those of the requests that failed and were never answered, and the error of the first of them.
func refused(c page.Context, reqs []feed.Request) (which []int, err error) {
	for i, q := range reqs {
		if at, failed := answeredAt(c.Data, q); failed != nil && at.IsZero() {
			which = append(which, i)
			err = cmp.Or(err, failed)
		}
	}
	return which, err
}

// refusal says above a list what it lacks because queries fail; nothing without an error. The list keeps most of the page.
func refusal(c page.Context, what string, err error) []string {
	if err == nil {
		return nil
	}
	lines := page.Explain(c.Styles, what, err, c.Width)
	return lines[:min(len(lines), max(2, c.Height/4))]
}

// staleFact is what a heading says of data that could not be refreshed; "" when all could.
func staleFact(c page.Context, reqs []feed.Request) string {
	var oldest time.Time
	for _, q := range reqs {
		if at, err := answeredAt(c.Data, q); err != nil && !at.IsZero() && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	if oldest.IsZero() {
		return ""
	}
	return c.Styles.Glyphs.Stale + " stale " + dashboard.FormatAge(c.Now.Sub(oldest))
}

// ofThen says of what is missing that it is missing of the time shown.
func ofThen(c page.Context) string {
	if c.Live {
		return ""
	}
	return " at that time"
}

// headings are what the time shown and the one that it is compared with are called: "now" and "1 h ago" are the present's.
func headings(c page.Context, ago string) (before, now string) {
	if c.Live {
		return ago + " ago", "now"
	}
	return ago + " before", "then"
}

func facts(c page.Context, all ...string) string {
	var kept []string
	for _, f := range all {
		if f != "" {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, " "+c.Styles.Glyphs.Dot+" ")
}

// byLabel are the values of samples by one of their labels.
func byLabel(samples []sources.Sample, label string) map[string]float64 {
	out := make(map[string]float64, len(samples))
	for _, s := range samples {
		out[s.Labels[label]] = s.Value
	}
	return out
}
