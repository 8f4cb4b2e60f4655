package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// recorder is a page that records the keys it gets.
type recorder struct {
	page.Page
	capturing, escapes bool
	got                []string
}

func (r *recorder) Capturing() bool { return r.capturing }
func (r *recorder) Escape() bool {
	used := r.escapes
	r.escapes = false
	return used
}
func (r *recorder) Update(_ page.Context, msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		r.got = append(r.got, k.String())
	}
	return nil
}

func TestKeysGoToOverlayThenCapturingPageThenGlobalKeysThenPage(t *testing.T) {
	m, sub := newModel(t, pagetest.Reader(), 120, 40)
	rec := &recorder{Page: m.nav.top()}
	m.nav.stack = []page.Page{rec}

	press(m, "p", "up", "enter", "f")
	if want := []string{"p", "up", "enter", "f"}; !slices.Equal(rec.got, want) {
		t.Errorf("the page got %v, want %v", rec.got, want)
	}
	rec.got = nil
	press(m, "r", "+")
	if len(rec.got) > 0 || sub.refreshed != 1 || m.window != 3*time.Hour {
		t.Errorf("global keys: page got %v, %d refreshes, window %v", rec.got, sub.refreshed, m.window)
	}
	rec.capturing = true
	press(m, "r", "q", "?", "1", "esc", "+")
	if want := []string{"r", "q", "?", "1", "esc", "+"}; !slices.Equal(rec.got, want) {
		t.Errorf("the capturing page got %v, want %v", rec.got, want)
	}
	if _, cmd := m.Update(pagetest.Key("ctrl+c")); cmd == nil {
		t.Error("ctrl+c does not quit while a page captures")
	}
	rec.capturing, rec.got = false, nil
	press(m, "?", "down", "q")
	if len(rec.got) > 0 || m.help.open {
		t.Errorf("the open help let %v through, open %v", rec.got, m.help.open)
	}
	press(m, "?", "2")
	if m.help.open || m.nav.top().Title() != "Tenants" {
		t.Errorf("2 in the help: open %v, page %s", m.help.open, m.nav.top().Title())
	}
}

func TestEscapeIsOfferedToThePageFirst(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	rec := &recorder{Page: m.nav.top(), escapes: true}
	m.nav.push(rec)
	press(m, "esc")
	if m.nav.top() != page.Page(rec) {
		t.Fatal("Esc left a page that had something of its own to leave")
	}
	press(m, "esc")
	if m.nav.top() == page.Page(rec) {
		t.Fatal("the second Esc did not go back")
	}
}

func TestBackReturnsToTheCursorAndTheFilter(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "2", "/", "o", "enter", "down", "down")
	before := content(m)
	press(m, "enter", "down", "enter")
	if got := m.nav.top().Title(); !strings.HasPrefix(got, "trace ") {
		t.Fatalf("two Enters from a tenant lead to %q", got)
	}
	press(m, "esc", "esc")
	if got := content(m); got != before {
		t.Errorf("Back shows\n%s\nwant\n%s", ansi.Strip(got), ansi.Strip(before))
	}
}

func TestEscComesBackToWhereOneWasDeeperButNotThroughTheTabs(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, "2", "enter", "4", "5")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "esc › traces: tenant acme-corp") {
		t.Errorf("the tabs do not say where Esc leads:\n%s", got)
	}
	press(m, "esc")
	if got := m.nav.top().Title(); got != "traces: tenant acme-corp" {
		t.Errorf("Esc on a tab leads to %q", got)
	}
	press(m, "esc", "esc", "esc")
	if got := m.nav.top().Title(); got != "Tenants" {
		t.Errorf("the last Esc leads to %q", got)
	}
	if got := ansi.Strip(content(m)); !strings.Contains(got, "nothing to go back to · q quits") {
		t.Errorf("it does not say that there is nothing:\n%s", got)
	}
	press(m, "1", "4", "6", "esc")
	if got := m.nav.top().Title(); got != "Business" {
		t.Errorf("Esc leads back through the tabs, to %q", got)
	}
}

func TestHelpListsTheBindingsOfThePage(t *testing.T) {
	for _, keys := range [][]string{{}, {"f"}, {"2"}, {"3"}, {"3", "enter"}, {"4"}, {"5"}, {"6"}} {
		m, _ := newModel(t, pagetest.Reader(), 160, 60)
		press(m, keys...)
		press(m, "?")
		text := ansi.Strip(content(m))
		for _, b := range append(m.nav.top().Bindings(), globalKeys().list()...) {
			shown := func(key string) bool { return strings.Contains(text, key) }
			if slices.ContainsFunc(strings.Fields(b.Help().Key), func(k string) bool { return !shown(k) }) || !shown(m.named().Describe(b)) {
				t.Errorf("help of %s lacks %q %q", m.nav.top().Title(), b.Help().Key, m.named().Describe(b))
			}
		}
	}
}

// counting clients count every call; none may come from Update or View.
type counting struct{ calls atomic.Int64 }

func (c *counting) Instant(context.Context, string, time.Time) (sources.Vector, error) {
	c.calls.Add(1)
	return sources.Vector{}, nil
}
func (c *counting) Range(context.Context, string, time.Time, time.Time, time.Duration) (sources.Matrix, error) {
	c.calls.Add(1)
	return sources.Matrix{}, nil
}
func (c *counting) Rules(context.Context) ([]sources.Rule, error) { c.calls.Add(1); return nil, nil }
func (c *counting) Targets(context.Context) ([]sources.Target, error) {
	c.calls.Add(1)
	return nil, nil
}
func (c *counting) Exemplars(context.Context, string, time.Time, time.Time) ([]sources.Exemplar, error) {
	c.calls.Add(1)
	return nil, nil
}
func (c *counting) Info(context.Context) (sources.ServerInfo, error) {
	c.calls.Add(1)
	return sources.ServerInfo{}, nil
}
func (c *counting) Report(context.Context) (sources.HealthReport, error) {
	c.calls.Add(1)
	return sources.HealthReport{}, nil
}
func (c *counting) Services(context.Context) ([]string, error) { c.calls.Add(1); return nil, nil }
func (c *counting) Operations(context.Context, string) ([]string, error) {
	c.calls.Add(1)
	return nil, nil
}
func (c *counting) Search(context.Context, sources.TraceSearch) ([]sources.TraceSummary, error) {
	c.calls.Add(1)
	return nil, nil
}
func (c *counting) Trace(context.Context, string, func(int)) (sources.Trace, error) {
	c.calls.Add(1)
	return sources.Trace{}, nil
}
func (c *counting) Dependencies(context.Context, time.Time, time.Duration) ([]sources.Dependency, error) {
	c.calls.Add(1)
	return nil, nil
}

func TestNeitherUpdateNorViewAsksAServer(t *testing.T) {
	c := &counting{}
	o := options(nil, themes.Default)
	o.Data, o.Feed = nil, feed.New(feed.Options{Prometheus: c, Health: c, Jaeger: c}) // it never runs
	m := New(o)
	defer m.Close()
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for _, k := range []string{"r", "enter", "esc", "2", "3", "4", "5", "6", "+", "-", "1", "f", "tab", "?"} {
		press(m, k)
		m.View()
	}
	if n := c.calls.Load(); n > 0 {
		t.Errorf("%d calls came from Update and View", n)
	}
}

func TestWhatIsWantedFollowsThePageTheWindowAndTheSize(t *testing.T) {
	m, sub := newModel(t, pagetest.Reader(), 120, 40)
	last := func() []feed.Request { return sub.wants[len(sub.wants)-1] }
	if !slices.ContainsFunc(last(), func(r feed.Request) bool {
		return r.Kind == feed.Range && r.Window == time.Hour && r.Step == 40*time.Second
	}) {
		t.Error("the overview wants no range over an hour in steps of 40 s")
	}
	n := len(sub.wants)
	press(m, "tab")
	m.Update(tickMsg{})
	if len(sub.wants) != n {
		t.Error("moving the focus changed what is wanted")
	}
	press(m, "-")
	if !slices.ContainsFunc(last(), func(r feed.Request) bool { return r.Kind == feed.Range && r.Window == 15*time.Minute }) {
		t.Error("a shorter window is not wanted")
	}
	press(m, "4")
	if slices.ContainsFunc(last(), func(r feed.Request) bool { return strings.Contains(r.Expr, "search_latency") }) {
		t.Error("the alerts page still wants the overview's queries")
	}
	for _, kind := range []feed.Kind{feed.Rules, feed.Health, feed.Managed, feed.Services} {
		if !slices.ContainsFunc(last(), func(r feed.Request) bool { return r.Kind == kind }) {
			t.Errorf("the status bar's request of kind %d is not wanted", kind)
		}
	}
}

func TestAnUnchangedFrameIsNotDrawnAgain(t *testing.T) {
	r := pagetest.Reader()
	evals := 0
	instant := r.InstantFunc
	r.InstantFunc = func(q feed.Request) sources.Snapshot[sources.Vector] { evals++; return instant(q) }
	m, _ := newModel(t, r, 120, 40)
	first := content(m)
	evals = 0
	for range 4 {
		r.Clock = r.Clock.Add(500 * time.Millisecond)
		m.Update(tickMsg{})
		m.View()
	}
	if evals > 0 {
		t.Errorf("a clock tick read %d queries", evals)
	}
	a, b := strings.Split(first, "\n"), strings.Split(content(m), "\n")
	if !slices.Equal(a[2:], b[2:]) {
		t.Error("a clock tick changed more than the status bar")
	}
	m.Update(page.DataMsg{})
	m.View()
	if evals == 0 {
		t.Error("new data was not read")
	}
}

func TestTheFirstViewsComeBeforeAnything(t *testing.T) {
	m := New(options(&feedtest.Reader{Clock: pagetest.Now}, themes.Default))
	defer m.Close()
	// For a view of nothing at all the renderer would erase the screen again and again.
	if v := m.View(); v.Content != " " || !v.AltScreen {
		t.Errorf("before the size: %q, alternate screen %v", v.Content, v.AltScreen)
	}
	for _, size := range [][2]int{{1, 1}, {39, 24}, {80, 9}} {
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		v := m.View()
		if !v.AltScreen || strings.Count(v.Content, "\n") >= size[1] || strings.Contains(v.Content, "Overview") {
			t.Errorf("%v: %q", size, v.Content)
		}
	}
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 10})
	if !strings.Contains(content(m), "Latency") {
		t.Errorf("40x10 shows no panel:\n%s", ansi.Strip(content(m)))
	}
}

func TestTheBackgroundsColourPicksTheStyles(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	dark := content(m)
	m.Update(tea.BackgroundColorMsg{Color: ansi.BrightWhite})
	if m.styles.Dark || content(m) == dark {
		t.Error("a white background keeps the dark styles")
	}
}

func TestWaitEndsWithTheData(t *testing.T) {
	m, sub := newModel(t, pagetest.Reader(), 80, 24)
	sub.changed <- struct{}{}
	if _, ok := m.wait()().(page.DataMsg); !ok {
		t.Error("a change is not delivered as DataMsg")
	}
}

func TestTheWindowLadderEndsAreSaid(t *testing.T) {
	m, _ := newModel(t, pagetest.Reader(), 120, 40)
	press(m, slices.Repeat([]string{"+"}, 7)...)
	if m.window != 30*24*time.Hour || !strings.Contains(content(m), "30d is the longest window") {
		t.Errorf("window %v:\n%s", m.window, ansi.Strip(content(m))[:300])
	}
	press(m, slices.Repeat([]string{"-"}, 10)...)
	if m.window != time.Minute || !strings.Contains(content(m), "1m is the shortest window") {
		t.Errorf("window %v", m.window)
	}
}

func TestANoticeGoesAfterAWhile(t *testing.T) {
	r := pagetest.Reader()
	m, _ := newModel(t, r, 120, 40)
	m.Update(page.Notice{Text: "something happened"})
	if !strings.Contains(content(m), "something happened") {
		t.Fatal("the notice is not shown")
	}
	r.Clock = r.Clock.Add(noticeTime + time.Second)
	m.Update(tickMsg{})
	if strings.Contains(content(m), "something happened") {
		t.Error("the notice is still shown")
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out strings.Builder
	err := Run(ctx, options(pagetest.Reader(), themes.Default), tea.WithInput(strings.NewReader("")), tea.WithOutput(&out), tea.WithWindowSize(80, 24))
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Error(fmt.Errorf("Run: %w", err))
	}
}
