package tui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/sources"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// scribe is a silencer that writes down what it is asked.
type scribe struct {
	set     []sources.Silence
	expired []string
	err     error
	panics  bool
}

func (s *scribe) SetSilence(_ context.Context, x sources.Silence) (string, error) {
	s.set = append(s.set, x)
	if s.panics {
		panic("a bug")
	}
	return "new", s.err
}

func (s *scribe) ExpireSilence(_ context.Context, id string) error {
	s.expired = append(s.expired, id)
	return s.err
}

// writer is a model whose silences go to s; nil: it may write nothing.
func writer(t *testing.T, s *scribe) (*Model, *fakeSub) {
	t.Helper()
	o := options(pagetest.Reader(), themes.Default)
	o.Silencer = nil
	if s != nil {
		o.Silencer = s
	}
	m := New(o)
	sub := &fakeSub{changed: make(chan struct{}, 1)}
	m.sub = sub
	t.Cleanup(m.Close)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return m, sub
}

// carryOut carries out a command, and those that follow from it, as the runtime does.
func carryOut(m *Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			carryOut(m, c)
		}
	case page.SetSilence, page.ExpireSilence, page.Written, page.Notice:
		_, next := m.Update(msg)
		carryOut(m, next)
	}
}

// keysTo presses keys.
func keysTo(m *Model, keys ...string) {
	for _, k := range keys {
		_, cmd := m.Update(pagetest.Key(k))
		carryOut(m, cmd)
	}
}

func TestASilenceGoesFromTheFormToAlertmanagerOnce(t *testing.T) {
	s := &scribe{}
	m, sub := writer(t, s)
	keysTo(m, "4", "z", "w", "h", "y", "enter", "y")
	if len(s.set) != 1 || s.set[0].Comment != "why" || s.set[0].CreatedBy != "ada" {
		t.Fatalf("%+v", s.set)
	}
	if got := ansi.Strip(content(m)); !strings.Contains(got, "silenced until 16:05:32") || sub.refreshed != 1 {
		t.Errorf("refreshed %d times:\n%s", sub.refreshed, got)
	}
	s.err = errors.New("alertmanager: 500")
	keysTo(m, "z", "w", "h", "y", "enter", "y")
	if got := ansi.Strip(content(m)); len(s.set) != 2 || !strings.Contains(got, "alertmanager: 500") || !strings.Contains(got, "why") || sub.refreshed != 1 {
		t.Errorf("refreshed %d times:\n%s", sub.refreshed, got)
	}
	s.panics = true
	keysTo(m, "enter", "y")
	if got := ansi.Strip(content(m)); len(s.set) != 3 || !strings.Contains(got, "dlmon: a bug") {
		t.Errorf("%s", got)
	}
}

// outcome is a page that takes down what it is told of its changes.
type outcome struct {
	page.Page
	told []page.Written
}

func (o *outcome) Update(_ page.Context, msg tea.Msg) tea.Cmd {
	if w, ok := msg.(page.Written); ok {
		o.told = append(o.told, w)
	}
	return nil
}

func TestReadOnlyRefusesEveryChange(t *testing.T) {
	for name, intent := range map[string]func(page.Page) tea.Msg{
		"create": func(p page.Page) tea.Msg { return page.SetSilence{Silence: sources.Silence{Comment: "x"}, From: p} },
		"extend": func(p page.Page) tea.Msg { return page.SetSilence{Silence: sources.Silence{ID: "1"}, From: p} },
		"expire": func(p page.Page) tea.Msg { return page.ExpireSilence{ID: "1", From: p} },
	} {
		m, sub := writer(t, nil)
		if !m.context().ReadOnly {
			t.Error("pages offer to write")
		}
		o := &outcome{}
		carryOut(m, page.Send(intent(o)))
		if got := ansi.Strip(content(m)); !strings.Contains(got, "read-only: dlmon changes nothing at Alertmanager") || sub.refreshed > 0 {
			t.Errorf("%s: %s", name, got)
		}
		if len(o.told) != 1 || o.told[0].Err == nil {
			t.Errorf("%s: the page is told %+v", name, o.told)
		}
		s := &scribe{}
		m, sub = writer(t, s)
		carryOut(m, page.Send(intent(o)))
		if len(s.set)+len(s.expired) != 1 || sub.refreshed != 1 || len(o.told) != 2 || o.told[1].Err != nil || o.told[1].ID == "" {
			t.Errorf("%s, allowed: %+v, %+v", name, s, o.told)
		}
	}
	// By keys: the form does not even open.
	m, _ := writer(t, nil)
	keysTo(m, "4", "z")
	if got := ansi.Strip(content(m)); !strings.Contains(got, "read-only") || strings.Contains(got, "New silence") {
		t.Errorf("%s", got)
	}
}
