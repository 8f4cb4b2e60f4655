package tui

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"dlmon/themes"
	"dlmon/tui/page/pagetest"
)

// colors are the colour sequences among what was written.
func colors(raw []byte) (sixteen, table, direct int) {
	for _, seq := range regexp.MustCompile(`\x1b\[([0-9;]*)m`).FindAllSubmatch(raw, -1) {
		parts := strings.Split(string(seq[1]), ";")
		for i := 0; i < len(parts); i++ {
			n := parts[i]
			switch {
			case (n == "38" || n == "48") && i+1 < len(parts) && parts[i+1] == "5":
				table++
				i += 2
			case n == "38" || n == "48":
				direct++
				i += 4
			case len(n) == 2 && strings.ContainsAny(n[:1], "349") && n != "39" && n != "49", len(n) == 3 && n[:2] == "10":
				sixteen++
			}
		}
	}
	return sixteen, table, direct
}

func TestTerminalGetsTheColoursThatItHas(t *testing.T) {
	for _, c := range []struct {
		name                   string
		env                    []string
		sixteen, table, direct bool
	}{
		{"256", []string{"TERM=xterm-256color"}, false, true, false},
		{"true colour", []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, false, true, false},
		{"tmux", []string{"TERM=tmux-256color"}, false, true, false},
		{"screen", []string{"TERM=screen"}, false, true, false},
		{"the console", []string{"TERM=linux"}, true, false, false},
		{"sixteen", []string{"TERM=xterm-16color"}, true, false, false},
		{"no colour", []string{"TERM=xterm-256color", "NO_COLOR=1"}, false, false, false},
		{"no type", []string{"TERM="}, false, false, false},
		{"nobody knows", []string{"TERM=hal9000"}, true, false, false},
		{"a serial console", []string{"TERM=vt220"}, false, false, false},
		{"a serial console whose other end has colours", []string{"TERM=vt220", "COLORTERM=truecolor"}, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := showOn(t, 80, 24, c.env...)
			s.shows(0, "Overview")
			n := s.size()
			s.program.Send(pagetest.Key("2")) // by then the profile is known
			s.shows(n, "initech")
			if !c.sixteen && !c.table && !c.direct { // no frame before that has any, either
				n = 0
			}
			s.press("q")
			if err := s.ends(); err != nil {
				t.Fatal(err)
			}
			sixteen, table, direct := colors(s.written(n))
			if sixteen > 0 != c.sixteen || table > 0 != c.table || direct > 0 != c.direct {
				t.Errorf("%d colours of the sixteen, %d of the table, %d others were sent", sixteen, table, direct)
			}
		})
	}
}

func TestTerminalsWithoutColourAreKnownByTheirNames(t *testing.T) {
	for _, c := range []struct {
		names string
		want  bool
	}{
		{"vt52 vt100 vt100-nav vt100am vt102 vt220 vt220-w vt320 vt420 vt510 vt520 sun dumb unknown xterm-mono rxvt-m ansi-m", true},
		{"vt525 xterm xterm-vt220 xterm-16color linux ansi screen tmux wsvt25m vte vt8000 hal9000", false},
	} {
		for name := range strings.FieldsSeq(c.names) {
			if colourless(io.Discard, []string{"TERM=" + name}) != c.want {
				t.Errorf("%s has no colour: %v", name, !c.want)
			}
		}
	}
}

func TestBackgroundIsTakenFromTheTerminalOrElseDark(t *testing.T) {
	sent := func(s *themes.Styles) []byte { return []byte(strings.TrimSuffix(s.OK.Render("x"), "x\x1b[m")) }
	dark, light := sent(themes.Default(true)), sent(themes.Default(false))
	for _, c := range []struct {
		name, answer string
		want, not    []byte
	}{
		{"none", "", dark, light},
		{"white", "\x1b]11;rgb:ffff/ffff/ffff\x07", light, dark},
		{"black", "\x1b]11;rgb:0000/0000/0000\x1b\\", dark, light},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := showOn(t, 80, 24)
			s.shows(0, "Overview")
			s.press(c.answer + "?") // what comes after the answer is handled after it
			s.shows(0, "shift+tab")
			n := s.size()
			s.press("2") // which closes the help, too
			s.shows(n, "initech")
			s.press("q")
			if err := s.ends(); err != nil {
				t.Fatal(err)
			}
			raw := s.written(n)
			if !bytes.Contains(raw, c.want) || bytes.Contains(raw, c.not) {
				t.Errorf("an ok is drawn with %q: %v, with %q: %v", c.want, bytes.Contains(raw, c.want), c.not, bytes.Contains(raw, c.not))
			}
		})
	}
}
