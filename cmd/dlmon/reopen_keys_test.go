package dlmon

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"dlmon/sources/feed/feedtest"
	"dlmon/tui"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// screenOf is the screen that a command line opens over the made-up service, as the dashboard checks and begins it.
func screenOf(t *testing.T, data *feedtest.Reader, args ...string) (*tui.Model, error) {
	t.Helper()
	c, err := tryLoad(nil, append(args, "--prometheus-url", "http://127.0.0.1:1")...)
	if err == nil {
		err = c.checkScreen()
	}
	if err != nil {
		return nil, err
	}
	span, err := c.span(pagetest.Now)
	if err != nil {
		return nil, err
	}
	cursor, err := c.cursor(span, pagetest.Now)
	if err != nil {
		return nil, err
	}
	s := &session{config: c}
	o := s.screen(Build{Env: func(string) (string, bool) { return "", false }})
	o.Data, o.Vocab, o.Command, o.Cursor = data, pagetest.Vocabulary, []string{"dlmon"}, cursor
	m := tui.New(o)
	t.Cleanup(m.Close)
	tell(m, tea.WindowSizeMsg{Width: 120, Height: 40})
	tell(m, page.DataMsg{})
	return m, nil
}

// tell hands the screen a message, and all that comes of it.
func tell(m *tui.Model, msg tea.Msg) {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			if cmd != nil {
				tell(m, cmd())
			}
		}
		return
	}
	if msg == nil {
		return
	}
	if _, cmd := m.Update(msg); cmd != nil {
		tell(m, cmd())
	}
}

// typed presses keys: their names with spaces between them, and text in double quotes letter by letter.
func typed(m *tui.Model, keys string) {
	press := func(key string) {
		tell(m, pagetest.Key(key))
		tell(m, page.DataMsg{}) // what a page works out off the loop, it begins when it is told of new data
	}
	for i, part := range strings.Split(keys, `"`) {
		if i%2 == 0 {
			for key := range strings.FieldsSeq(part) {
				press(key)
			}
			continue
		}
		for _, r := range part {
			press(strings.ReplaceAll(string(r), " ", "space"))
		}
	}
}

// TestWhateverWasPressedTheCommandOfAHandoffIsTakenAndBringsBackWhatItNames goes many ways, and runs the command line that
// each place is handed on with.
func TestWhateverWasPressedTheCommandOfAHandoffIsTakenAndBringsBackWhatItNames(t *testing.T) {
	var ways []string
	// Every list arranged, and what lies over it.
	for _, list := range []string{
		`2 s S`, `2 s / "glo" enter`, `3 s S / "o" enter`, `4 s`, `4 s S b / "slow" enter`, `4 / "slow" enter enter`,
		`4 s / "slow" enter a`, `4 b a / "ada" enter`, `5 / "c" enter`, `1 / "a" enter`, `6`,
		`2 s n`, `2 s / "glo" enter n f`, `2 s / "glo" enter b / "acme" enter`, `2 s v / "a" enter`, `1 v`,
	} {
		for _, over := range []string{``, `/ "g"`, `t`, `o t`, `enter`, `enter enter`, `f t`, `n`, `b`, `v`, `a`,
			`: "panel errors by type" enter t`, `: "silences" enter`, `: "tenant globex" enter`, `, ,`, `4`, `4 esc`} {
			ways = append(ways, list+" "+over)
		}
	}
	data := pagetest.Reader()
	for _, keys := range ways {
		m, err := screenOf(t, data)
		if err != nil {
			t.Fatal(err)
		}
		typed(m, keys)
		command := m.Handoff().Command
		if command[1] == "trace" {
			if _, err := tryLoad(nil, append([]string{"--jaeger-url", "http://127.0.0.1:1"}, command[3:]...)...); err != nil {
				t.Errorf("%s: %q is refused: %v", keys, command, err)
			}
			continue
		}
		again, err := screenOf(t, data, command[1:]...)
		if err != nil {
			t.Errorf("%s: %q is refused: %v", keys, command, err)
			continue
		}
		if got := again.Handoff().Command; !slices.Equal(got, command) {
			t.Errorf("%s: its own command is\n%q, was\n%q", keys, got, command)
		}
	}
}
