package tui

import (
	"slices"
	"time"

	"dlmon/tui/dashboard"
)

// markCache holds the marks of the time shown, as long as the answers behind them stay what they are.
type markCache struct {
	key   markKey
	tried []time.Time
	marks []dashboard.Mark
}

type markKey struct {
	at           time.Time // zero: the present
	window, step time.Duration
	vocab        dashboard.Vocabulary
}

// marks are what happened within the window, for every time axis.
func (m *Model) marks(env dashboard.Env) []dashboard.Mark {
	reqs := dashboard.MarkRequests(env)
	tried := make([]time.Time, len(reqs))
	for i, r := range reqs {
		tried[i] = m.data.Range(r).Tried.Round(0)
	}
	key := markKey{m.clock.at, env.Window, env.Step, env.Vocab}
	if c := &m.markCache; c.key != key || !slices.Equal(c.tried, tried) {
		*c = markCache{key: key, tried: tried, marks: dashboard.Marks(env)}
	}
	return m.markCache.marks
}
