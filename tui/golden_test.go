package tui

// How every page looks, at every size and in every class of themes. The files under testdata keep
//
//	40x12 ... 200x60   the words and signs of a page, the same in all classes but ASCII
//	ascii-80           what ASCII makes of them
//	dark-120           the page as it is sent, with its styles
//	styles             a digest of what is sent, for each class and size
//	CLASS-80           for a few pages, what is sent in each class: there a change of a palette is seen
//
// go test ./tui -run Golden -update writes them anew.

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"dlmon/sources"
	"dlmon/sources/feed/feedtest"
	"dlmon/themes"
	"dlmon/tui/page"
	"dlmon/tui/page/pagetest"
)

// screen is a page as it is reached: by keys, or by what another page sends.
type screen struct {
	name string
	keys []string
	open tea.Msg // before the keys; nil for none
}

var screens = []screen{
	{name: "overview"},
	{name: "overview-scrolled", keys: []string{"end"}},
	{name: "panel", keys: []string{"down", "f", "left", "left"}},
	{name: "latency", keys: []string{"f", "left", "left"}},
	{name: "tenants", keys: []string{"2"}},
	{name: "tenant", open: page.OpenTenant{ID: pagetest.Tenants[0]}},
	{name: "tenant-scrolled", open: page.OpenTenant{ID: pagetest.Tenants[0]}, keys: []string{"end"}},
	{name: "movers", open: page.OpenTenants{View: page.TenantsMovers}},
	{name: "neighbours", open: page.OpenTenants{View: page.TenantsNeighbours}},
	{name: "budget", open: page.OpenTenants{View: page.TenantsBudget}},
	{name: "traces", keys: []string{"2", "enter"}},
	{name: "trace", keys: []string{"2", "enter", "enter", "end"}},
	{name: "exemplar", keys: []string{"2", "t"}},
	{name: "span", keys: []string{"2", "enter", "enter", "end", "enter"}},
	{name: "flame", keys: []string{"2", "enter", "enter", "f"}},
	{name: "search", keys: []string{"3", "n"}},
	{name: "difference", keys: []string{"3", "d"}},
	{name: "operations", keys: []string{"3", "o"}},
	{name: "causes", keys: []string{"3", "e"}},
	{name: "services", keys: []string{"3", "w"}},
	{name: "compare", keys: []string{"3", "v", "down", "v", "v", "c"}},
	{name: "alerts", keys: []string{"4"}},
	{name: "alert", keys: []string{"4", "enter"}},
	{name: "silence", keys: []string{"4", "z"}},
	{name: "silence-asked", keys: []string{"4", "z", "x", "enter"}},
	{name: "silences", keys: []string{"4", "a"}},
	{name: "expire", keys: []string{"4", "a", "D"}},
	{name: "health", keys: []string{"5"}},
	{name: "business", keys: []string{"6"}},
	{name: "help", keys: []string{"?"}},
	{name: "palette", keys: []string{":"}},
	{name: "palette-filtered", keys: []string{":", "m", "o", "v"}},
	{name: "goto", keys: []string{"@"}},
	{name: "past", keys: []string{"["}},
}

// shown in every class are the pages that show most of the styles.
var shownInEveryClass = []string{"overview", "alerts", "trace"}

var sizes = [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 60}}

// look is one class of themes.
type look struct {
	name, theme        string
	dark, color, ascii bool
	depth              themes.Depth
}

// plain is the class whose words are kept.
var plain = look{name: "dark", theme: "default", dark: true, color: true}

var looks = []look{
	plain,
	{name: "light", theme: "default", color: true},
	{name: "contrast", theme: "high-contrast", dark: true, color: true},
	{name: "contrast-light", theme: "high-contrast", color: true},
	{name: "blind", theme: "colour-blind-safe", dark: true, color: true},
	{name: "blind-light", theme: "colour-blind-safe", color: true},
	{name: "sixteen", theme: "default", dark: true, color: true, depth: themes.Sixteen},
	{name: "sixteen-light", theme: "default", color: true, depth: themes.Sixteen},
	{name: "contrast-sixteen", theme: "high-contrast", dark: true, color: true, depth: themes.Sixteen},
	{name: "contrast-sixteen-light", theme: "high-contrast", color: true, depth: themes.Sixteen},
	{name: "blind-sixteen", theme: "colour-blind-safe", dark: true, color: true, depth: themes.Sixteen},
	{name: "blind-sixteen-light", theme: "colour-blind-safe", color: true, depth: themes.Sixteen},
	{name: "mono", theme: "mono", dark: true},
	{name: "ascii", theme: "default", dark: true, color: true, ascii: true},
}

func (l look) styles(t *testing.T) func(bool) *themes.Styles {
	s, err := themes.Load(l.theme, l.dark, l.color, l.ascii)
	if err != nil {
		t.Fatal(err)
	}
	return func(bool) *themes.Styles { return s }
}

// noSilencer is an Alertmanager that is never written to: with one, pages offer to.
type noSilencer struct{}

func (noSilencer) SetSilence(context.Context, sources.Silence) (string, error) { return "", nil }
func (noSilencer) ExpireSilence(context.Context, string) error                 { return nil }

func silences() []sources.Silence {
	at := pagetest.Now
	name := func(v string) []sources.Matcher { return []sources.Matcher{{Name: "alertname", Value: v}} }
	return []sources.Silence{
		{ID: "2c1b-silence", Matchers: append(name("LowCacheHitRate"), sources.Matcher{Name: "tenant_id", Value: "acme-.*", Regex: true}),
			StartsAt: at.Add(-time.Hour), EndsAt: at.Add(time.Hour), CreatedBy: "mia", Comment: "cache is being warmed", State: sources.SilenceActive},
		{ID: "77aa-silence", Matchers: name("SlowSearchQueries"), StartsAt: at.Add(2 * time.Hour), EndsAt: at.Add(4 * time.Hour),
			CreatedBy: "jo", Comment: "index is rebuilt tonight", State: sources.SilencePending},
		{ID: "0b5e-silence", Matchers: name("HighErrorRate"), StartsAt: at.Add(-5 * time.Hour), EndsAt: at.Add(-time.Hour),
			CreatedBy: "mia", Comment: "known, see the ticket", State: sources.SilenceExpired},
	}
}

// arrive is a model that shows a screen.
func arrive(t *testing.T, sc screen, l look, size [2]int) *Model {
	t.Helper()
	r := pagetest.Reader()
	r.SilencesSnap = feedtest.Value(silences(), pagetest.Now)
	o := options(r, l.styles(t))
	o.Silencer, o.Creator, o.Objective = noSilencer{}, "mia", 0.999
	m := New(o)
	t.Cleanup(m.Close)
	m.Frame(size[0], size[1])
	if sc.open != nil {
		open(m, sc.open)
		run(m, m.tellAll(page.DataMsg{}))
	}
	press(m, sc.keys...)
	m.Frame(size[0], size[1])
	return m
}

// in is what m shows in a class.
func (l look) in(t *testing.T, m *Model, size [2]int) string {
	m.o.Styles, m.depth = l.styles(t), l.depth
	m.styles = m.styled(l.dark)
	run(m, m.tellAll(page.DataMsg{}))
	return m.Frame(size[0], size[1])
}

func TestGoldenScreens(t *testing.T) {
	for _, sc := range screens {
		t.Run(sc.name, func(t *testing.T) {
			var styles strings.Builder
			for _, size := range sizes {
				m := arrive(t, sc, plain, size)
				words := ""
				for _, l := range looks {
					frame := trim(l.in(t, m, size))
					text := trim(ansi.Strip(frame))
					at := fmt.Sprintf("%dx%d", size[0], size[1])
					fmt.Fprintf(&styles, "%-22s %-7s %.6x\n", l.name, at, sha256.Sum256([]byte(frame)))
					switch {
					case l == plain:
						words = text
						t.Run(at, func(t *testing.T) { golden.RequireEqual(t, text) })
						if size[0] == 120 {
							t.Run("dark-120", func(t *testing.T) { golden.RequireEqual(t, frame) })
						}
					case l.ascii && size[0] == 80:
						t.Run("ascii-80", func(t *testing.T) { golden.RequireEqual(t, text) })
					case l.color && !l.ascii && text != words:
						t.Errorf("%s: %s says something else than dark", at, l.name)
					}
					if size[0] == 80 && slices.Contains(shownInEveryClass, sc.name) {
						t.Run(l.name+"-80", func(t *testing.T) { golden.RequireEqual(t, frame) })
					}
					checkLook(t, l, size, frame)
				}
			}
			t.Run("styles", func(t *testing.T) { golden.RequireEqual(t, styles.String()) })
		})
	}
}

// sgr are the sequences that style text.
var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

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
	for _, seq := range sgr.FindAllStringSubmatch(frame, -1) {
		table := strings.Contains(";"+seq[1], ";38;") || strings.Contains(";"+seq[1], ";48;")
		sixteen := false
		if !table {
			for n := range strings.SplitSeq(seq[1], ";") {
				sixteen = sixteen || len(n) > 1 && strings.ContainsAny(n[:1], "3491")
			}
		}
		switch {
		case !l.color && (table || sixteen):
			t.Fatalf("%s %v: a colour reaches the terminal: %q", l.name, size, seq[0])
		case l.depth == themes.Sixteen && table, l.depth == themes.Full && l.color && sixteen:
			t.Fatalf("%s %v: a colour that the terminal may not have, or that may be any: %q", l.name, size, seq[0])
		}
	}
	for _, r := range frame {
		if l.ascii && r > 0x7e {
			t.Fatalf("%s %v: %q reaches the terminal", l.name, size, r)
		}
	}
}

// trim drops the blanks at the ends of lines, which golden files should not depend on.
func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
