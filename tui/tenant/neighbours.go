package tenant

import (
	"fmt"
	"math"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/prometheus/common/model"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Neighbours is the page of noisy neighbours: who takes the most of the load, and whose latency rose with it. Of many
// tenants it looks at a few, and says how many it does not look at. It implements page.Page.
type Neighbours struct {
	comparison[[]tenancy.Suspect]
	load, searches, p95 dashboard.Panel
	picked              picked
}

var (
	_ page.Page     = (*Neighbours)(nil)
	_ page.Capturer = (*Neighbours)(nil)
	_ page.Escaper  = (*Neighbours)(nil)
	_ page.Opener   = (*Neighbours)(nil)
)

const (
	maxSuspects = 8  // tenants with the most load
	maxSlow     = 16 // tenants with the highest p95
	maxSlower   = 24 // tenants whose p95 rose most since the window's begin

	pickEvery = time.Minute     // how often it is asked who those are
	pickKeep  = 5 * time.Minute // and how long they stay, so that one question is asked about the same ones
)

// picked are the tenants that are looked at.
type picked struct {
	at       time.Time
	window   time.Duration
	suspects []string // most load first
	all      []string // suspects and those whose latency is looked at, sorted
	tenants  int      // that search at all
}

// NewNeighbours returns the page.
func NewNeighbours() *Neighbours {
	p := &Neighbours{}
	for _, pan := range dashboard.Neighbours().Panels {
		switch pan.ID {
		case "load":
			p.load = pan
		case "searches":
			p.searches = pan
		case "p95":
			p.p95 = pan
		}
	}
	return p
}

// Title implements page.Page.
func (p *Neighbours) Title() string { return "Noisy neighbours" }

// Scope implements page.Scoped.
func (p *Neighbours) Scope() string { return "neighbours" }

// choice are the questions that decide who is looked at.
type choice struct{ load, slow, slower, total, searches, tenants feed.Request }

func (x choice) all() []feed.Request {
	return []feed.Request{x.load, x.slow, x.slower, x.total, x.searches, x.tenants}
}

// choice is what to ask to choose; false: the vocabulary is not known or lacks it. Recorded series are asked where there
// are any. A subquery of one step is how any expression is asked about an earlier time.
func (p *Neighbours) choice(c page.Context) (choice, bool) {
	load, ok1 := p.load.Queries[0].PromQL(c.Env)
	searches, ok2 := p.searches.Queries[0].PromQL(c.Env)
	p95, ok3 := p.p95.Queries[0].PromQL(c.Env)
	ok4 := false
	if c.Env.Vocab != nil {
		_, ok4 = p.load.Queries[0].TenantLabel(c.Env.Vocab)
	}
	ask := func(format string, args ...any) feed.Request {
		expr := fmt.Sprintf(format, args...)
		return feed.Request{Kind: feed.Instant, Expr: expr, Every: pickEvery, Heavy: p.load.Queries[0].Heavy(expr)}
	}
	return choice{
		load:     ask("topk(%d, %s)", maxSuspects, load),
		slow:     ask("topk(%d, %s)", maxSlow, p95),
		slower:   ask("topk(%d, (%s) - max_over_time((%s)[1m:1m] offset %s))", maxSlower, p95, p95, model.Duration(c.Window)),
		total:    ask("sum(%s)", load),
		searches: ask("sum(%s)", searches),
		tenants:  ask("count((%s) > 0)", load),
	}, ok1 && ok2 && ok3 && ok4
}

// ranges are load, searches and p95 over the window, of those who are looked at.
func (p *Neighbours) ranges(c page.Context) []feed.Request {
	if len(p.picked.all) == 0 || c.Step <= 0 {
		return nil
	}
	var out []feed.Request
	for _, pan := range []dashboard.Panel{p.load, p.searches, p.p95} {
		expr, ok := pan.Only(p.picked.all).Queries[0].RangeQL(c.Env)
		if !ok {
			return nil
		}
		out = append(out, feed.Request{Kind: feed.Range, Expr: expr, Window: c.Window, Step: c.Step})
	}
	return out
}

// shares are load and searches now of those with the most load, over the rate window that everybody's are asked over.
func (p *Neighbours) shares(c page.Context) []feed.Request {
	env := c.Env
	env.Rate, env.Window, env.Step = dashboard.RateWindow(env.Scrape, 0), 0, 0
	var out []feed.Request
	for _, pan := range []dashboard.Panel{p.load, p.searches} {
		expr, ok := pan.Only(p.picked.suspects).Queries[0].RangeQL(env)
		if !ok || len(p.picked.suspects) == 0 {
			return nil
		}
		out = append(out, feed.Request{Kind: feed.Instant, Expr: expr, Every: pickEvery})
	}
	return out
}

// Wants implements page.Page.
func (p *Neighbours) Wants(c page.Context) []feed.Request {
	x, ok := p.choice(c)
	if !ok {
		return nil
	}
	return slices.Concat(x.all(), p.shares(c), p.ranges(c))
}

// Open implements page.Opener.
func (p *Neighbours) Open(c page.Context) tea.Cmd { return p.look(c) }

// Update implements page.Page.
func (p *Neighbours) Update(c page.Context, msg tea.Msg) tea.Cmd {
	return p.update(c, msg, p.look, p.key)
}

// look chooses whom to look at, and compares them, when there are new answers.
func (p *Neighbours) look(c page.Context) tea.Cmd {
	if p.work.follow(c.Env.At, page.Stamp(c.Data, p.Wants(c))) || p.picked.window != c.Window {
		p.work.drop()
		p.picked = picked{window: c.Window}
	}
	if !p.pick(c) {
		return nil
	}
	stamp := page.Stamp(c.Data, p.Wants(c)) // of those who are picked now
	if len(p.picked.all) == 0 {             // that nobody searches is an answer, too
		return p.work.start(p, stamp, func() any { return []tenancy.Suspect(nil) })
	}
	reqs := p.ranges(c)
	if len(reqs) != 3 {
		return nil
	}
	var answers [3]sources.Matrix
	for i, r := range reqs {
		s := c.Data.Range(r)
		if !s.OK() {
			return nil
		}
		answers[i] = s.Value
	}
	var labels [3]string
	for i, pan := range []dashboard.Panel{p.load, p.searches, p.p95} {
		labels[i], _ = pan.Queries[0].TenantLabel(c.Env.Vocab)
	}
	var now [2]map[string]float64
	for i, r := range p.shares(c) {
		s := c.Data.Instant(r)
		if !s.OK() {
			return nil
		}
		now[i] = byLabel(s.Value.Samples, labels[i])
	}
	x, _ := p.choice(c)
	total := tenancy.Totals{Load: single(c, x.total), Searches: single(c, x.searches)}
	pick, rate := p.picked, max(c.Env.Rate, dashboard.RateWindow(c.Env.Scrape, c.Step))
	return p.work.start(p, stamp, func() any { return compare(answers, labels, now, pick, total, rate) })
}

// pick keeps those who are looked at for a while, and chooses anew then; false: the answers to choose by are not there yet.
func (p *Neighbours) pick(c page.Context) bool {
	x, ok := p.choice(c)
	if !ok {
		return false
	}
	if age := c.Now.Sub(p.picked.at); len(p.picked.all) > 0 && age >= 0 && age < pickKeep {
		return true
	}
	for _, r := range x.all() {
		if !c.Data.Instant(r).OK() {
			return false
		}
	}
	label, _ := p.load.Queries[0].TenantLabel(c.Env.Vocab)
	p95Label, _ := p.p95.Queries[0].TenantLabel(c.Env.Vocab)
	n := picked{at: c.Now, window: c.Window}
	for _, s := range c.Data.Instant(x.load).Value.Samples {
		if s.Value > 0 {
			n.suspects = append(n.suspects, s.Labels[label])
		}
	}
	n.all = slices.Clone(n.suspects)
	for _, r := range []feed.Request{x.slow, x.slower} {
		for _, s := range c.Data.Instant(r).Value.Samples {
			if !math.IsNaN(s.Value) {
				n.all = append(n.all, s.Labels[p95Label])
			}
		}
	}
	slices.Sort(n.all)
	n.all = slices.Compact(n.all)
	if t := single(c, x.tenants); t > 0 {
		n.tenants = int(t)
	}
	p.picked = n
	return true
}

// single is the value of an answer that is one number; NaN when it has none.
func single(c page.Context, r feed.Request) float64 {
	if s := c.Data.Instant(r).Value.Samples; len(s) == 1 {
		return s[0].Value
	}
	return math.NaN()
}

// compare is pure: from the answers to the suspects.
func compare(answers [3]sources.Matrix, labels [3]string, now [2]map[string]float64, pick picked, total tenancy.Totals, rate time.Duration) []tenancy.Suspect {
	rows := map[string]*tenancy.Series{}
	value := func(of map[string]float64, id string) float64 {
		if v, ok := of[id]; ok {
			return v
		}
		return math.NaN()
	}
	for i, m := range answers {
		for _, s := range m.Series {
			id := s.Labels[labels[i]]
			if rows[id] == nil {
				rows[id] = &tenancy.Series{Tenant: id, LoadNow: value(now[0], id), SearchesNow: value(now[1], id)}
			}
			values := onto(s.Values, m, answers[0])
			switch i {
			case 0:
				rows[id].Load = values
			case 1:
				rows[id].Searches = values
			case 2:
				rows[id].P95 = values
			}
		}
	}
	var suspects, all []tenancy.Series
	for _, id := range pick.suspects {
		if rows[id] != nil {
			suspects = append(suspects, *rows[id])
		}
	}
	for _, id := range pick.all {
		if rows[id] != nil {
			all = append(all, *rows[id])
		}
	}
	return tenancy.Neighbours(suspects, all, total, answers[0].Step, rate)
}

// onto moves values from their own grid onto that of another answer: for a moment one may be a column ahead.
func onto(values []float64, from, to sources.Matrix) []float64 {
	if from.Step != to.Step || from.Start.Equal(to.Start) && from.Columns == to.Columns {
		return values
	}
	shift := int(to.Start.Sub(from.Start) / to.Step)
	out := make([]float64, to.Columns)
	for i := range out {
		out[i] = math.NaN()
		if k := i + shift; k >= 0 && k < len(values) {
			out[i] = values[k]
		}
	}
	return out
}

// entry is one row: a suspect, or one whose latency rose with its load.
type entry struct {
	suspect int
	hurt    int // -1: the suspect itself
}

func (p *Neighbours) entries() (rows []entry, keys []string) {
	for i, s := range p.work.value {
		// One who is found stands under the neighbour that hurts it.
		hurt := slices.ContainsFunc(s.Hurt, func(h tenancy.Hurt) bool { return p.filter.Match(h.Tenant) })
		found := p.filter.Match(s.Tenant)
		if found || hurt {
			rows, keys = append(rows, entry{i, -1}), append(keys, s.Tenant)
		}
		for k, h := range s.Hurt {
			if found || p.filter.Match(h.Tenant) {
				rows, keys = append(rows, entry{i, k}), append(keys, s.Tenant+"\x00"+h.Tenant)
			}
		}
	}
	return rows, keys
}

func (p *Neighbours) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	rows, keys := p.entries()
	visible := p.visible(c)
	p.cursor.Sync(keys, visible)
	switch k.String() {
	case "enter", "o", "t":
		if p.cursor.Row >= len(rows) {
			return nil
		}
		p.cursor.Key = keys[p.cursor.Row]
		id := p.tenant(rows[p.cursor.Row])
		if k.String() == "t" {
			label, _ := p.p95.Queries[0].TenantLabel(c.Env.Vocab)
			v := dashboard.Value{Labels: sources.Labels{label: id}, Name: id}
			return page.Exemplar(c, page.PanelQuery(c, dashboard.Data{Panel: p.p95.Resolve(c.Env)}, &v))
		}
		return page.Send(page.OpenTenant{ID: id})
	case "f":
		var ids []string
		for _, x := range p.work.value {
			ids = append(ids, x.Tenant)
		}
		return page.Send(page.OpenPanel{Panel: p.load.Only(ids)})
	default:
		if d, ok := page.Motion(k, visible, len(rows)); ok {
			p.cursor.Move(keys, d, visible)
		}
	}
	return nil
}

func (p *Neighbours) tenant(e entry) string {
	s := p.work.value[e.suspect]
	if e.hurt >= 0 {
		return s.Hurt[e.hurt].Tenant
	}
	return s.Tenant
}
