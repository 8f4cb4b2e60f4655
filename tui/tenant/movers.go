package tenant

import (
	"math"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tenancy"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// Movers is the page of what changed most against some time before: tenants, golden signals and what may explain them,
// in one table. It implements page.Page.
type Movers struct {
	comparison[moved]
	panels []dashboard.Panel
	ago    int // index into agos

	asked   asked // what pairs holds the questions for
	known   []pair
	asksFor []feed.Request
}

// asked is what decides the questions. Recorded series come to reach back as time goes by.
type asked struct {
	env    dashboard.Env
	ago    int
	minute int64
}

var (
	_ page.Page     = (*Movers)(nil)
	_ page.Capturer = (*Movers)(nil)
	_ page.Escaper  = (*Movers)(nil)
	_ page.Opener   = (*Movers)(nil)
)

// agos are the times that now is compared with.
var agos = []struct {
	d     time.Duration
	name  string // on the command line; all are in page.MoversAgainst
	words string
	every time.Duration
}{
	{time.Hour, "1h", "1 h", time.Minute},
	{24 * time.Hour, "1d", "1 d", 5 * time.Minute},
	{7 * 24 * time.Hour, "1w", "1 w", 5 * time.Minute},
}

const (
	moversEvery = 15 * time.Second // what is ranked need not be newer
	maxMoves    = 200              // rows that are kept; how many more there are is said
	// ratePanel is the panel whose values tell how many observations stand behind a tenant's other ones.
	ratePanel = "tenant-searches"
)

// moved is what is worked out from the answers.
type moved struct {
	rows   []moveRow
	more   int // rows beyond maxMoves
	steady int
	past   bool // there is data of the time before at all
}

type moveRow struct {
	tenancy.Move
	panel  int // index into Movers.panels
	labels sources.Labels
	key    string
}

// NewMovers returns the page, comparing with 1 h ago.
func NewMovers() *Movers { return &Movers{panels: dashboard.Movers().Panels} }

// CompareWith has a new page compare with that time before, one of page.MoversAgainst; any other name changes nothing.
func (p *Movers) CompareWith(name string) {
	for i, a := range agos {
		if a.name == name {
			p.ago = i
		}
	}
}

// Against is the name of the time before that is compared with.
func (p *Movers) Against() string { return agos[p.ago].name }

// Title implements page.Page.
func (p *Movers) Title() string { return "Movers" }

// Scope implements page.Scoped.
func (p *Movers) Scope() string { return "movers" }

// pair are the requests for one panel's values now and before.
type pair struct {
	panel       int
	now, before feed.Request
}

// pairs are the questions, worked out once as long as they stay the same.
func (p *Movers) pairs(c page.Context) []pair {
	if now := (asked{c.Env, p.ago, c.Now.Unix() / 60}); p.asked != now {
		p.asked, p.known, p.asksFor = now, p.questions(c), nil
		for _, x := range p.known {
			p.asksFor = append(p.asksFor, x.now, x.before)
		}
	}
	return p.known
}

func (p *Movers) questions(c page.Context) []pair {
	var out []pair
	ago := agos[p.ago]
	for i, pan := range p.panels {
		q := pan.Queries[0]
		now, ok := q.PromQL(c.Env)
		if !ok || pan.Moves == nil {
			continue
		}
		before, _ := q.PromQLAgo(c.Env, ago.d)
		out = append(out, pair{i,
			feed.Request{Kind: feed.Instant, Expr: now, Every: max(moversEvery, q.Every), Heavy: q.Heavy(now)},
			feed.Request{Kind: feed.Instant, Expr: before, Ago: ago.d, Every: max(ago.every, q.Every), Heavy: q.Heavy(before)}})
	}
	return out
}

// Wants implements page.Page.
func (p *Movers) Wants(c page.Context) []feed.Request {
	p.pairs(c)
	return slices.Clone(p.asksFor)
}

// Open implements page.Opener.
func (p *Movers) Open(c page.Context) tea.Cmd { return p.rank(c) }

// Update implements page.Page.
func (p *Movers) Update(c page.Context, msg tea.Msg) tea.Cmd {
	return p.update(c, msg, p.rank, p.key)
}

func (p *Movers) key(c page.Context, k tea.KeyPressMsg) tea.Cmd {
	rows := p.rows()
	keys, visible := keysOf(rows), p.visible(c)
	p.cursor.Sync(keys, visible)
	switch k.String() {
	case "w", "right":
		return p.against(c, (p.ago+1)%len(agos))
	case "left":
		return p.against(c, (p.ago+len(agos)-1)%len(agos))
	case "enter", "o", "t":
		if p.cursor.Row < len(rows) {
			p.cursor.Key = keys[p.cursor.Row] // so that Back finds it
			return p.explain(c, rows[p.cursor.Row], k.String())
		}
	default:
		if d, ok := page.Motion(k, visible, len(rows)); ok {
			p.cursor.Move(keys, d, visible)
		}
	}
	return nil
}

// against compares with another time before.
func (p *Movers) against(c page.Context, ago int) tea.Cmd {
	p.ago, p.cursor = ago, page.Cursor{}
	p.work.drop()
	return p.rank(c)
}

// explain goes to what explains a row: a tenant's page, a panel full screen, traces.
func (p *Movers) explain(c page.Context, r moveRow, how string) tea.Cmd {
	pan := p.panels[r.panel].Resolve(c.Env)
	switch {
	case how == "t" && pan.Traces == nil:
		return page.Send(page.Notice{Text: "no traces explain " + pan.Title})
	case how == "t":
		v := dashboard.Value{Labels: r.labels, Name: r.Thing}
		return page.Exemplar(c, page.PanelQuery(c, dashboard.Data{Panel: pan}, &v))
	case r.Tenant:
		return page.Send(page.OpenTenant{ID: r.Thing})
	case how == "o":
		return page.Send(page.Notice{Text: "that row is of the whole service; enter shows its panel"})
	}
	return page.Send(page.OpenPanel{Panel: p.panels[r.panel]})
}

// rank works the table out anew when there are new answers.
func (p *Movers) rank(c page.Context) tea.Cmd {
	pairs := p.pairs(c)
	if len(pairs) == 0 {
		return nil
	}
	stamp := page.Stamp(c.Data, p.Wants(c))
	p.work.follow(c.Env.At, stamp)
	answers := make([][2]sources.Snapshot[sources.Vector], len(pairs))
	complete := true
	for i, x := range pairs {
		answers[i] = [2]sources.Snapshot[sources.Vector]{c.Data.Instant(x.now), c.Data.Instant(x.before)}
		complete = complete && answers[i][0].Answered() && answers[i][1].Answered()
	}
	if !complete {
		return nil // a ranking of the half would jump; the questions may have changed since the last one
	}
	panels, env := p.panels, c.Env
	return p.work.start(p, stamp, func() any { return rank(panels, env, pairs, answers) })
}

// rank is pure: from the answers to the rows.
func rank(panels []dashboard.Panel, env dashboard.Env, pairs []pair, answers [][2]sources.Snapshot[sources.Vector]) moved {
	counts := countsOf(panels, env, pairs, answers)
	var out moved
	var readings []tenancy.Reading
	type origin struct {
		panel  int
		labels sources.Labels
	}
	origins := map[string]origin{}
	for i, x := range pairs {
		pan := panels[x.panel]
		now, before := answers[i][0].Value.Samples, answers[i][1].Value.Samples
		if len(before) == 0 || !answers[i][0].OK() {
			continue // nothing is known of then, or of now: not everything is new, or gone
		}
		out.past = true
		q := pan.Queries[0]
		tenant := ""
		if pan.Moves.Tenant {
			tenant, _ = q.TenantLabel(env.Vocab)
		}
		byKey := map[string]*tenancy.Reading{}
		var order []string
		reading := func(labels sources.Labels) *tenancy.Reading {
			k := labels.Key()
			if byKey[k] == nil {
				r := &tenancy.Reading{Signal: pan.ID, Now: math.NaN(), Before: math.NaN(), Count: math.NaN(), Scale: scale(*pan.Moves)}
				if tenant != "" {
					r.Thing, r.Tenant = labels[tenant], true
					if n, ok := counts[r.Thing]; ok && pan.ID != ratePanel {
						r.Count = n
					}
				} else {
					r.Thing = q.Named(env.Vocab, labels)
				}
				byKey[k] = r
				order = append(order, k)
				origins[pan.ID+"\x00"+r.Thing] = origin{x.panel, labels}
			}
			return byKey[k]
		}
		for _, s := range now {
			reading(s.Labels).Now = s.Value
		}
		for _, s := range before {
			reading(s.Labels).Before = s.Value
		}
		for _, k := range order {
			readings = append(readings, *byKey[k])
		}
	}
	moves, steady := tenancy.Rank(readings)
	out.steady = steady
	for _, m := range moves[:min(len(moves), maxMoves)] {
		k := m.Signal + "\x00" + m.Thing
		o := origins[k]
		out.rows = append(out.rows, moveRow{Move: m, panel: o.panel, labels: o.labels, key: k})
	}
	out.more = len(moves) - len(out.rows)
	return out
}

func scale(m dashboard.Moves) tenancy.Scale {
	worse := map[string]int{"up": 1, "down": -1}[m.Worse]
	return tenancy.Scale{Floor: m.Floor, Worse: worse, Weight: m.Weight, Losses: m.Losses, Zero: m.Zero}
}

// countsOf is how many searches of each tenant its values now and before rest on, the fewer of both.
func countsOf(panels []dashboard.Panel, env dashboard.Env, pairs []pair, answers [][2]sources.Snapshot[sources.Vector]) map[string]float64 {
	i := slices.IndexFunc(pairs, func(x pair) bool { return panels[x.panel].ID == ratePanel })
	if i < 0 {
		return nil
	}
	label, ok := panels[pairs[i].panel].Queries[0].TenantLabel(env.Vocab)
	if !ok {
		return nil
	}
	window := dashboard.RateWindow(env.Scrape, 0).Seconds()
	now, before := byLabel(answers[i][0].Value.Samples, label), byLabel(answers[i][1].Value.Samples, label)
	out := make(map[string]float64, len(now))
	for id, v := range now {
		if b, ok := before[id]; ok {
			out[id] = math.Min(v, b) * window
		}
	}
	return out
}

func (p *Movers) rows() []moveRow {
	var out []moveRow
	for _, r := range p.work.value.rows {
		if p.filter.Match(r.Thing, p.panels[r.panel].Title) {
			out = append(out, r)
		}
	}
	return out
}

func keysOf(rows []moveRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.key
	}
	return out
}
