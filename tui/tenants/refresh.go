package tenants

// When the table is worked out anew, and for which rows the past is asked.

import (
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// settleAfter is how long the screen must have stood still before the past of its rows is asked: whoever scrolls through
// ten thousand rows does not read each.
const settleAfter = 150 * time.Millisecond

// settled tells that the screen has stood still since it was sent.
type settled struct{}

// many tells that the table is too long to be worked out, or to be asked for in whole, on every occasion.
func (p *Page) many() bool { return len(p.data.Tenants) > dashboard.Many }

// asking is the panel as it is asked now.
func (p *Page) asking(c page.Context) dashboard.Panel {
	return p.panel.Asking(p.data.Data, c.Env, p.cover.Keys)
}

// Wants implements page.Page.
func (p *Page) Wants(c page.Context) []feed.Request {
	if !p.known {
		return nil
	}
	k := asked{env: c.Env, none: len(p.data.Tenants) == 0, answered: !p.data.At.IsZero(), failed: p.data.Err != nil, many: p.many(), covers: p.covers}
	if p.reqs == nil || p.asked != k {
		p.reqs, p.asked = p.asking(c).Requests(c.Env), k
	}
	return p.reqs
}

// asked is what decides what is wanted.
type asked struct {
	env      dashboard.Env
	none     bool
	answered bool
	failed   bool
	many     bool
	covers   uint64
}

// current works the table out now where there is nothing to show yet, or little to do.
func (p *Page) current(c page.Context) {
	if p.many() || p.fresh && p.data.env == c.Env {
		return
	}
	none := len(p.data.Tenants) == 0
	p.take(evaluate(p.asking(c), c.Env, ""))
	switch {
	case p.many() && p.sortable():
		p.ask(c)
	case none && len(p.data.Tenants) > 0: // from now on with their past, which may be there
		p.take(evaluate(p.asking(c), c.Env, ""))
	}
}

func (p *Page) take(e evaluated) {
	p.data, p.fresh = e, true
	p.taken++
}

// refresh has the table worked out anew if the snapshots behind it changed, and if it is on the screen. A long one is
// worked out off the loop.
func (p *Page) refresh(c page.Context) tea.Cmd {
	p.fresh = false
	if p.busy { // nothing that comes meanwhile may be lost
		p.again = true
		return nil
	}
	if !p.known || !p.seen {
		return nil
	}
	if !p.many() {
		p.seen = false
		p.current(c)
		return nil
	}
	stamp := page.Stamp(c.Data, p.Wants(c))
	if stamp == p.data.stamp && p.data.env == c.Env {
		return nil
	}
	p.busy, p.again, p.seen = true, false, false
	p.gen++
	panel, env := p.asking(c), c.Env
	return page.Compute(p, p.gen, func() any { return evaluate(panel, env, stamp) })
}

// computed takes the outcome of work off the loop.
func (p *Page) computed(c page.Context, msg page.Computed) tea.Cmd {
	if _, ok := msg.Value.(settled); ok {
		if msg.Gen == p.moves {
			p.ask(c)
		}
		return nil
	}
	if msg.Gen != p.gen {
		return nil
	}
	p.busy = false
	if e, ok := msg.Value.(evaluated); ok {
		p.take(e)
	}
	p.seen = true
	var next tea.Cmd
	if p.again {
		next = p.refresh(c)
	}
	if len(p.cover.Keys) == 0 && p.sortable() {
		p.ask(c)
		return next
	}
	return tea.Batch(next, p.settle(c))
}

// sortable tells whether the order is one that will last: numbers that are asked apart come one after the other.
func (p *Page) sortable() bool {
	return len(p.data.Tenants) > 0 && !math.IsNaN(p.data.Tenants[0].P95)
}

// ask has the past of the rows on the screen asked, if it isn't.
func (p *Page) ask(c page.Context) {
	if !p.covered(c) {
		p.cover.Take(p.view.ids, p.cursor.Offset, p.visible(c))
		p.covers++
	}
}

// covered tells whether the past of the rows on the screen is asked.
func (p *Page) covered(c page.Context) bool {
	if !p.many() {
		return true
	}
	v := p.see()
	p.cursor.Sync(v.ids, p.visible(c))
	return p.cover.Holds(v.ids, p.cursor.Offset, p.visible(c))
}

// settle has the past of the rows asked once the screen stands still.
func (p *Page) settle(c page.Context) tea.Cmd {
	if p.covered(c) {
		return nil
	}
	p.moves++
	gen := p.moves
	return tea.Tick(settleAfter, func(time.Time) tea.Msg { return page.Computed{Page: p, Gen: gen, Value: settled{}} })
}
