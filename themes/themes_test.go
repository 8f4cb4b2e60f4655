package themes

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
)

func TestEveryThemeHasEveryGlyphOneCellWide(t *testing.T) {
	for _, name := range Names() {
		for _, ascii := range []bool{false, true} {
			s, err := Load(name, true, true, ascii)
			if err != nil {
				t.Fatal(err)
			}
			g := s.Glyphs
			all := []string{g.OK, g.Warn, g.Critical, g.Pending, g.NoData, g.Stale, g.Off, g.Muted, g.Up, g.Down, g.Flat,
				g.BarFull, g.BarHalf, g.BarShade, g.BarEmpty, g.Before, g.After, g.H, g.V, g.TL, g.TR, g.BL, g.BR, g.TeeL, g.TeeR, g.TeeU, g.TeeD, g.Cross,
				g.Expanded, g.Collapsed, g.Pointer, g.Ellipsis, g.Dot, g.Exemplar}
			all = append(append(append(all, g.Spark...), g.Heat...), g.BarParts...)
			for _, sign := range all {
				if lipgloss.Width(sign) != 1 {
					t.Errorf("%s, ascii %v: %q is not one cell", name, ascii, sign)
				}
				if ascii && ASCII(sign) != sign {
					t.Errorf("%s: %q is not ASCII", name, sign)
				}
				if !ascii && strings.Contains(ASCII(sign), "?") {
					t.Errorf("%s: %q has no ASCII form", name, sign)
				}
			}
			if len(g.Spark) != 8 || len(g.Heat) < 2 || len(s.Heat) == 0 || len(s.Series) == 0 {
				t.Errorf("%s: levels are missing", name)
			}
		}
	}
}

func TestStatesHaveSignsOfTheirOwn(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		s, err := Load("", true, false, ascii)
		if err != nil {
			t.Fatal(err)
		}
		g, seen := s.Glyphs, map[string]bool{}
		for _, sign := range []string{g.OK, g.Warn, g.Critical, g.Pending, g.NoData, g.Stale, g.Off, g.Muted} {
			if seen[sign] {
				t.Errorf("ascii %v: %q stands for two states", ascii, sign)
			}
			seen[sign] = true
		}
	}
}

func TestWithoutColourNoColourIsSent(t *testing.T) {
	for _, load := range []struct {
		name  string
		color bool
	}{{"default", false}, {"high-contrast", false}, {"mono", true}} {
		s, err := Load(load.name, true, load.color, false)
		if err != nil {
			t.Fatal(err)
		}
		styles := append([]lipgloss.Style{s.Text, s.Muted, s.Faint, s.Bold, s.Title, s.OK, s.Warn, s.Critical, s.Pending, s.NoData, s.Stale,
			s.Focus, s.Border, s.Selected, s.Key, s.Bar, s.BarOK, s.BarWarn, s.BarCritical, s.Cursor}, append(s.Series, s.Heat...)...)
		for _, st := range styles {
			if got := st.Render("x"); strings.Contains(got, "38;") || strings.Contains(got, "48;") {
				t.Errorf("%s sends a colour: %q", load.name, got)
			}
		}
		if s.Color {
			t.Errorf("%s says it has colour", load.name)
		}
	}
}

func TestAnUnknownThemeIsRefusedWithTheNamesThereAre(t *testing.T) {
	_, err := Load("neon", true, true, false)
	if err == nil || !strings.Contains(err.Error(), "high-contrast") {
		t.Error(err)
	}
}

func TestASCIIKeepsWidthAndEscapes(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"", ""},
		{"\x1b[1;38;5;203m✖ p95 812 µs…\x1b[m", "\x1b[1;38;5;203mx p95 812 us~\x1b[m"},
		{"┌─┬┐│└", "+-++|+"},
		{"数据 ok", "???? ok"},
		{"é", "?"},
		{"e\u0301x", "ex"},
		{"👩‍👩‍👧!", "??!"},
		{"a·b – c", "a-b - c"},
		{"█▇▆▅▄▃▂▁", "##**=-._"},
	} {
		got := ASCII(c.in)
		if got != c.want {
			t.Errorf("ASCII(%q) = %q, want %q", c.in, got, c.want)
		}
		if lipgloss.Width(got) != lipgloss.Width(c.in) {
			t.Errorf("ASCII(%q) changes the width", c.in)
		}
	}
}
