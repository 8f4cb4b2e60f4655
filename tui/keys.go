package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
)

// keyMap are the keys that work on every page.
type keyMap struct {
	pages, help, quit, force, suspend, refresh, wider, narrower, back, handoff, palette, mouse key.Binding

	// The time that is shown.
	pause, earlier, later, live, goTo, before, after, zone key.Binding
}

func bind(keys []string, shown, what string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, what))
}

func globalKeys() keyMap {
	return keyMap{
		pages:    bind([]string{"1", "2", "3", "4", "5", "6"}, "1-6", "overview, tenants, traces, alerts, health, business"),
		back:     bind([]string{"esc"}, "esc", "back to where you were"),
		refresh:  bind([]string{"r"}, "r", "ask everything now"),
		wider:    bind([]string{"+", "="}, "+", "longer window"),
		narrower: bind([]string{"-", "_"}, "-", "shorter window"),
		pause:    bind([]string{"space"}, "space", "freeze the screen while collecting goes on; again: go on"),
		earlier:  bind([]string{"["}, "[", "half a window earlier"),
		later:    bind([]string{"]"}, "]", "half a window later, up to the present"),
		goTo:     bind([]string{"@"}, "@", "go to a time or a range: 14:05, yesterday 14:00, -3h..-2h"),
		live:     bind([]string{"0"}, "0", "back to the present"),
		before:   bind([]string{","}, ",", "mark a time on all charts, a column earlier; esc drops it"),
		after:    bind([]string{"."}, ".", "mark a time on all charts, a column later"),
		zone:     bind([]string{"u"}, "u", "UTC or local time"),
		handoff:  bind([]string{"x"}, "x", "hand the page on: write it as Markdown and SVG"),
		palette:  bind([]string{":"}, ":", "find any command, page, panel, tenant, service or alert"),
		mouse:    bind([]string{"m"}, "m", "mouse on, off"),
		help:     bind([]string{"?", "f1"}, "? f1", "this help; f1 to f12 also where one types"),
		quit:     bind([]string{"q"}, "q", "quit"),
		force:    bind([]string{"ctrl+c"}, "ctrl+c", "quit, from anywhere"),
		suspend:  bind([]string{"ctrl+z"}, "ctrl+z", "back to the shell; fg comes back here"),
	}
}

func (k keyMap) list() []key.Binding {
	return []key.Binding{k.pages, k.back, k.palette, k.refresh, k.wider, k.narrower, k.pause, k.earlier, k.later, k.goTo, k.live, k.before, k.after, k.zone, k.handoff, k.mouse, k.help, k.quit, k.force, k.suspend}
}

// ladder are the windows that + and - step through.
var ladder = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour,
}

// widen is the next longer window than w on the ladder, w at its end.
func widen(w time.Duration) time.Duration {
	for _, l := range ladder {
		if l > w {
			return l
		}
	}
	return w
}

// shorten is the next shorter window than w on the ladder, w at its end.
func shorten(w time.Duration) time.Duration {
	for i := len(ladder) - 1; i >= 0; i-- {
		if ladder[i] < w {
			return ladder[i]
		}
	}
	return w
}
