package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed"
	"dlmon/themes"
	"dlmon/tui/dashboard"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// Local time is an hour ahead of UTC, wherever the tests run. It is set once: programs that have ended may still read it.
func init() { time.Local = time.FixedZone("CET", 3600) }

// fakeSub records what a model asks of its subscription.
type fakeSub struct {
	wants     [][]feed.Request
	refreshed int
	changed   chan struct{}
}

func (s *fakeSub) Want(r []feed.Request)    { s.wants = append(s.wants, r) }
func (s *fakeSub) Changed() <-chan struct{} { return s.changed }
func (s *fakeSub) Refresh()                 { s.refreshed++ }
func (s *fakeSub) Close()                   {}

// newModel is a model of width by height cells that reads r.
func newModel(t testing.TB, r feed.Reader, width, height int) (*Model, *fakeSub) {
	t.Helper()
	m := New(options(r, themes.Default))
	s := &fakeSub{changed: make(chan struct{}, 1)}
	m.sub = s
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return m, s
}

func options(r feed.Reader, styles func(dark bool) *themes.Styles) Options {
	return Options{
		Data: r, Dashboards: dashboard.Builtin(), Styles: styles, Context: "prod-eu", UTC: true,
		Vocab: pagetest.Vocabulary, TagNames: map[string][]string{"tenant": {"tenant_id", "tenant.id"}},
		Silencer: nobody{}, Creator: "ada",
	}
}

// press presses keys, and carries out what comes of each, works of pages included.
func press(m *Model, keys ...string) {
	for _, k := range keys {
		_, cmd := m.Update(pagetest.Key(k))
		run(m, cmd)
		// What a page works out off the loop, it begins when it is told of new data.
		run(m, m.tellAll(page.DataMsg{}))
	}
}

func content(m *Model) string { return m.View().Content }
