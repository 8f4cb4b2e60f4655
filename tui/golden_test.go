package tui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"dlmon/themes"
	"dlmon/tui/page/pagetest"
)

// screens are the pages as they are reached.
var screens = []struct {
	name string
	keys []string
}{
	{"overview", nil},
	{"overview-scrolled", []string{"end"}},
	{"panel", []string{"down", "f", "left", "left"}},
	{"latency", []string{"f", "left", "left"}},
	{"tenants", []string{"2"}},
	{"traces", []string{"2", "enter"}},
	{"trace", []string{"2", "enter", "enter", "end"}},
	{"exemplar", []string{"2", "t"}},
	{"span", []string{"2", "enter", "enter", "end", "enter"}},
	{"flame", []string{"2", "enter", "enter", "f"}},
	{"search", []string{"3", "n"}},
	{"difference", []string{"3", "d"}},
	{"operations", []string{"3", "o"}},
	{"causes", []string{"3", "e"}},
	{"services", []string{"3", "w"}},
	{"compare", []string{"3", "v", "down", "v", "v", "c"}},
	{"alerts", []string{"4"}},
	{"alert", []string{"4", "enter"}},
	{"silences", []string{"4", "a"}},
	{"silence-form", []string{"4", "z"}},
	{"tenant", []string{"2", "o"}},
	{"tenant-scrolled", []string{"2", "o", "end"}},
	{"movers", []string{"2", "v"}},
	{"neighbours", []string{"2", "n"}},
	{"budget", []string{"2", "b"}},
	{"goto", []string{"@"}},
	{"past", []string{"["}},
	{"health", []string{"5"}},
	{"business", []string{"6"}},
	{"help", []string{"?"}},
}

// look is one way a screen can be styled.
type look struct {
	name               string
	dark, color, ascii bool
}

var looks = []look{{"dark", true, true, false}, {"light", false, true, false}, {"nocolor", true, false, false}, {"ascii", true, false, true}}

func (l look) styles(t *testing.T) func(bool) *themes.Styles {
	s, err := themes.Load("default", l.dark, l.color, l.ascii)
	if err != nil {
		t.Fatal(err)
	}
	return func(bool) *themes.Styles { return s }
}

func shoot(t *testing.T, l look, keys []string, width, height int) string {
	t.Helper()
	m := New(options(pagetest.Reader(), l.styles(t)))
	t.Cleanup(m.Close)
	m.Frame(width, height)
	press(m, keys...)
	return m.Frame(width, height)
}

func TestScreensLookAsTheGoldenFilesSay(t *testing.T) {
	sizes := [][2]int{{80, 24}, {120, 40}, {200, 60}}
	for _, sc := range screens {
		t.Run(sc.name, func(t *testing.T) {
			for _, size := range sizes {
				plain := ""
				for _, l := range looks {
					frame := shoot(t, l, sc.keys, size[0], size[1])
					text := trim(ansi.Strip(frame))
					switch {
					case l.name == "dark":
						plain = text
						if size[0] == 120 { // the words and signs, once for each size; the styles once
							t.Run("dark-120", func(t *testing.T) { golden.RequireEqual(t, trim(frame)) })
						}
						t.Run(name(size), func(t *testing.T) { golden.RequireEqual(t, text) })
					case l.name == "light" && size[0] == 80:
						t.Run("light-80", func(t *testing.T) { golden.RequireEqual(t, trim(frame)) })
					case l.name == "ascii" && size[0] == 80:
						t.Run("ascii-80", func(t *testing.T) { golden.RequireEqual(t, text) })
					}
					if l.name == "light" && text != plain {
						t.Errorf("%v: the light theme says something else than the dark one", size)
					}
					checkLook(t, l, size, frame)
				}
			}
		})
	}
}

// colour is a style sequence with a foreground or a background in it.
var colour = regexp.MustCompile(`\x1b\[(\d+;)*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]`)

// checkLook holds what a look promises whatever the screen.
func checkLook(t *testing.T, l look, size [2]int, frame string) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) > size[1] {
		t.Errorf("%s %v: %d lines", l.name, size, len(lines))
	}
	for _, line := range lines {
		if w := ansi.StringWidth(line); w > size[0] {
			t.Errorf("%s %v: %d cells: %q", l.name, size, w, ansi.Strip(line))
		}
	}
	if !l.color {
		if found := colour.FindString(frame); found != "" {
			t.Fatalf("%s %v: a colour reaches the terminal: %q", l.name, size, found)
		}
	}
	if l.ascii {
		for _, r := range frame {
			if r > 0x7e {
				t.Fatalf("%s %v: %q reaches the terminal", l.name, size, r)
			}
		}
	}
}

func name(size [2]int) string {
	return map[int]string{80: "80x24", 120: "120x40", 200: "200x60"}[size[0]]
}

// trim drops the blanks at the ends of lines, which golden files should not depend on.
func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
