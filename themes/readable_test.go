package themes

import (
	"fmt"
	"slices"
	"testing"

	"charm.land/lipgloss/v2"
)

// eachLook calls f for every built-in theme with colours on every kind of terminal.
func eachLook(t *testing.T, f func(t *testing.T, s *Styles, on screen)) {
	for _, name := range Bases() {
		for _, depth := range []Depth{Full, Sixteen} {
			for _, on := range screens() {
				if depth == Full && on.name != "xterm" { // the sixteen are not used
					continue
				}
				s, err := Load(name, on.dark, true, false)
				if err != nil {
					t.Fatal(err)
				}
				t.Run(fmt.Sprintf("%s/depth=%d/%s/dark=%v", name, depth, on.name, on.dark), func(t *testing.T) { f(t, s.At(depth), on) })
			}
		}
	}
}

func TestTextIsReadableOnEveryGround(t *testing.T) {
	eachLook(t, func(t *testing.T, s *Styles, on screen) {
		least := 4.5
		if s.Name == nameContrast && s.depth == Full {
			least = 7
			if !on.dark {
				least = 5.5 // the table has no brown that is darker
			}
		}
		ground := func(by lipgloss.Style) func(lipgloss.Style) lipgloss.Style {
			return func(st lipgloss.Style) lipgloss.Style { return by.Inherit(st) }
		}
		grounds := map[string]func(lipgloss.Style) lipgloss.Style{
			"the screen":       func(st lipgloss.Style) lipgloss.Style { return st },
			"the selected row": ground(s.Selected),
			"the status bar":   func(st lipgloss.Style) lipgloss.Style { return st.Inherit(s.Bar) },
		}
		for where, paint := range grounds {
			for what, st := range map[string]lipgloss.Style{
				"text": s.Text, "muted": s.Muted, "ok": s.OK, "warn": s.Warn, "critical": s.Critical, "pending": s.Pending,
				"no data": s.NoData, "stale": s.Stale, "focus": s.Focus, "key": s.Key,
			} {
				if got := contrast(on.pair(paint(st))); got < least {
					t.Errorf("%s on %s has a contrast of %.2f, less than %.1f", what, where, got, least)
				}
			}
		}
		for what, st := range map[string]lipgloss.Style{"ok": s.BarOK, "warn": s.BarWarn, "critical": s.BarCritical} {
			if got := contrast(on.pair(st.Inherit(s.Bar))); got < 4.5 {
				t.Errorf("the badge of %s has a contrast of %.2f, less than 4.5", what, got)
			}
		}
		for i, st := range s.Series {
			if got := contrast(on.pair(st)); got < 3 {
				t.Errorf("series %d has a contrast of %.2f, less than 3", i, got)
			}
		}
		if got := contrast(on.pair(s.Faint)); got < 2.5 {
			t.Errorf("faint has a contrast of %.2f, less than 2.5", got)
		}
	})
}

func TestStatesAreToldApartByColourToo(t *testing.T) {
	eachLook(t, func(t *testing.T, s *Styles, on screen) {
		least := 0.12
		switch {
		case s.depth == Sixteen:
			least = 0.09 // the terminal's own colours leave little choice
		case s.Name == nameColourBlind:
			least = 0.2
		}
		apart := func(what string, a, b lipgloss.Style, v vision, least float64) {
			ca, _ := on.pair(a)
			cb, _ := on.pair(b)
			if got := distance(times(v.m, ca), times(v.m, cb)); got < least {
				t.Errorf("%s lie %.3f apart with %s vision, less than %.2f", what, got, v.name, least)
			}
		}
		for _, v := range visions {
			// The other themes are for those who see all colours; the signs are for everybody.
			if v.name != "normal" && s.Name != nameColourBlind {
				continue
			}
			apart("ok and warn", s.OK, s.Warn, v, least)
			apart("ok and critical", s.OK, s.Critical, v, least)
			apart("warn and critical", s.Warn, s.Critical, v, least)
			apart("text and critical", s.Text, s.Critical, v, 0.09)
			apart("the badges of warn and critical", s.BarWarn.Reverse(true), s.BarCritical.Reverse(true), v, least)
			if v.name != "tritanopia" { // who sees no blue takes the yellow on dark ground for white; it is bold, too
				apart("text and warn", s.Text, s.Warn, v, 0.09)
			}
		}
	})
}

func TestSelectedRowIsSeen(t *testing.T) {
	eachLook(t, func(t *testing.T, s *Styles, on screen) {
		_, row := on.pair(s.Selected)
		if got := distance(row, on.ground); got < 0.02 {
			t.Errorf("its ground lies %.3f from the screen's", got)
		}
		if !s.Selected.GetBold() || s.Glyphs.Pointer == "" {
			t.Error("nothing but its ground marks it")
		}
	})
}

func TestSixteenColoursOnlyUseTheTerminalsOwn(t *testing.T) {
	for _, b := range builtins {
		for _, p := range []palette{b.dark16, b.light16} {
			used := slices.Concat(p.series, p.heat)
			for _, role := range Roles() {
				used = append(used, *p.field(role))
			}
			for _, c := range used {
				if !basic(c) {
					t.Errorf("%s uses %s", b.name, c)
				}
			}
		}
	}
}
