package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"dlmon/tui/keys"
	"dlmon/tui/page"
)

// scope is the place among package keys' that is on the screen; "" for a page without keys of its own.
func (m *Model) scope() string {
	if p, ok := m.nav.top().(page.Scoped); ok {
		return p.Scope()
	}
	return ""
}

// typing tells whether the page on the screen takes keys as text.
func (m *Model) typing() bool {
	p, ok := m.nav.top().(page.Capturer)
	return ok && p.Capturing()
}

// typed tells whether keys are taken as text at all: by the palette, by the prompt or by the page.
func (m *Model) typed() bool { return m.palette.open || m.prompt.open || m.typing() }

// canonical is the key by which pages and this model know what the operator's key does here; false: nothing.
func (m *Model) canonical(k tea.KeyPressMsg) (tea.KeyPressMsg, bool) {
	name, ok := m.o.Keys.Canonical(m.scope(), k.String())
	if !ok || name == k.String() {
		return k, ok
	}
	return pressOf(name), true
}

// keyOf is how the help, the status bar and texts show a default key here; "" if the operator has taken it away.
func (m *Model) keyOf(name string) string { return m.o.Keys.Shown(m.scope(), name, name) }

// named is a context that knows keys alone, for texts of this model's own that name them.
func (m *Model) named() page.Context { return page.Context{Keys: m.o.Keys, Scope: m.scope()} }

// shownKeys are the operator's own keys of a binding: where keys are typed the default ones, for those nobody can change.
func (m *Model) shownKeys(b key.Binding) string {
	if m.typed() {
		return b.Help().Key
	}
	return m.o.Keys.Shown(m.scope(), b.Help().Key, b.Keys()...)
}

// typingHelp is the key that opens the help where keys are typed: the first of the help's own that is f1 to f12. "" if
// the operator has left none.
func (m *Model) typingHelp() string {
	for _, k := range m.o.Keys.Of("global.help") {
		if strings.HasPrefix(k, "f") && !keys.Types(k) {
			return k
		}
	}
	return ""
}

// typingKeys are the keys that are not typed where all others are. Nobody can change them.
func (m *Model) typingKeys() []key.Binding {
	var all []key.Binding
	switch {
	case m.palette.open:
		all = append(all, page.Bind("enter", "run what is selected, or go there"), page.Bind("up down", "select"),
			page.Bind("pgup pgdown", "a screen up, down"), page.Bind("esc", "leave"))
	case m.prompt.open:
		all = append(all, page.Bind("enter", "go to "+gotoExamples), page.Bind("esc", "leave"))
	default:
		all = append(all, page.Bind("enter", "keep what is typed, go on"), page.Bind("esc", "drop it, leave"))
	}
	all = append(all, page.Bind("ctrl+u", "empty it"), page.Bind("ctrl+c", "quit dlmon"))
	if k := m.typingHelp(); k != "" {
		all = append(all, page.Bind(k, "this help"))
	}
	return all
}

// twoEscapes is what two presses of esc in quick succession are read as: a terminal sends the same for alt+esc.
const twoEscapes = "alt+esc"

// codes are the keys without a letter.
var codes = map[string]rune{
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
	"tab": tea.KeyTab, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "insert": tea.KeyInsert,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "f1": tea.KeyF1,
}

// pressOf is the press of a default key by its name.
func pressOf(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		k.Mod, name = tea.ModCtrl, rest
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		k.Mod, name = k.Mod|tea.ModShift, rest
	}
	switch code, ok := codes[name]; {
	case ok:
		k.Code = code
	case name == "space":
		k.Code, k.Text = tea.KeySpace, " "
	default:
		k.Code = []rune(name)[0]
		if k.Mod&tea.ModCtrl == 0 {
			k.Text = name
		}
	}
	return k
}
