package grid

// Panels of thousands of series or tenants: worked out off the loop, and their past asked only for the rows on the screen.

import (
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// heavySeries is from how many series on a panel is worked out off the loop: a thousand take a millisecond or two.
const heavySeries = 2000

func heavy(d dashboard.Data) bool { return len(d.Values)+5*len(d.Tenants) > heavySeries }

// worked is a panel as it was worked out off the loop.
type worked struct {
	id     string
	answer answer
}

// workOut has the heavy panels whose snapshots changed worked out anew; meanwhile what they showed stays.
func (g *Grid) workOut(c page.Context) tea.Cmd {
	var cmds []tea.Cmd
	k := keyOf(c.Env)
	for i := range g.dash.Panels {
		id := g.dash.Panels[i].ID
		a, ok := g.data[id]
		if !ok || !heavy(a.data) {
			continue
		}
		if g.busy[id] {
			g.again = true
			continue
		}
		next := answer{env: k, stamp: page.Stamp(c.Data, g.requests(c, i))}
		if a.env == k && a.stamp == next.stamp {
			continue
		}
		g.busy[id] = true
		p, env := g.asking(c, i), c.Env
		cmds = append(cmds, page.Compute(g, 0, func() any {
			next.data = dashboard.Eval(p, env)
			next.keys = rowKeys(next.data)
			return worked{id, next}
		}))
	}
	return tea.Batch(cmds...)
}

// computed takes a panel over that was worked out.
func (g *Grid) computed(c page.Context, msg page.Computed) tea.Cmd {
	w, ok := msg.Value.(worked)
	if !ok { // the work panicked: the next data tries again
		clear(g.busy)
		return nil
	}
	delete(g.busy, w.id)
	delete(g.lines, w.id)
	w.answer.gen = g.gen
	g.data[w.id] = w.answer
	if g.again {
		g.again = false
		return g.workOut(c)
	}
	return nil
}

// asking is panel i with what its ranges are asked for. Of a table of tenants that is nobody's past before it is known how
// many there are, and of many those rows that are on the screen or near.
func (g *Grid) asking(c page.Context, i int) dashboard.Panel {
	p := g.dash.Panels[i]
	if p.Kind != dashboard.KindTenants {
		return p
	}
	shown := g.trends[p.ID]
	if shown == nil {
		shown = &trend{}
		g.trends[p.ID] = shown
	}
	return shown.trim(p, g.data[p.ID].data, c.Env, g.keysOf(p.ID), g.cursor(p.ID).Offset, max(p.Place.Height, 10))
}

// trend is for which tenants of a panel the past is asked.
type trend struct {
	page.Cover
	n uint64 // counts what it was taken for
}

// trim is a table of tenants as it is asked now; all are those that the filter lets through.
func (v *trend) trim(p dashboard.Panel, d dashboard.Data, env dashboard.Env, all []string, offset, visible int) dashboard.Panel {
	if len(d.Tenants) > dashboard.Many {
		if keys := all[min(offset, len(all)):min(offset+visible, len(all))]; !v.Holds(keys, 0, visible) {
			v.Take(all, offset, visible)
			v.n++
		}
	}
	return p.Asking(d, env, v.Keys)
}
