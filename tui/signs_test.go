package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"dlmon/themes"
)

// probe is a theme in which no two roles share a colour, so that what is drawn tells what it means.
func probe(dark bool) *themes.Styles {
	colors := themes.Colors{Roles: map[string]string{}}
	for i, role := range themes.Roles() {
		colors.Roles[role] = fmt.Sprintf("#fe00%02x", i)
	}
	return themes.Custom{Name: "probe", Dark: colors, Light: colors}.Styles(dark, true, false)
}

// inRole tells whether a line of a frame in the probe's styles has words in a role's colour.
func inRole(line, role string) bool {
	i := slices.Index(themes.Roles(), role)
	words := regexp.MustCompile(fmt.Sprintf(`\x1b\[[0-9;]*[34]8;2;254;0;%d(;[0-9;]*)?m *[^ \x1b]`, i))
	return words.MatchString(line)
}

// State is never told by colour alone: where something is drawn in a state's colour, the state's sign stands on its line,
// or above it where a text goes on over several lines.
func TestStatesCarryTheirSigns(t *testing.T) {
	const lines = 4 // of one text
	// What says it by itself: the line of a threshold, the name of an error, a difference with its sign.
	says := regexp.MustCompile(`┄|Error|\+[0-9]`)
	for _, sc := range screens {
		for _, size := range sizes {
			m := arrive(t, sc, plain, size)
			m.o.Styles, m.styles = probe, probe(true)
			frame := strings.Split(m.Frame(size[0], size[1]), "\n")
			seen := 0
			for role, sign := range map[string]string{
				"critical": m.styles.Glyphs.Critical, "warn": m.styles.Glyphs.Warn, "pending": m.styles.Glyphs.Pending,
			} {
				for y, line := range frame {
					if !inRole(line, role) {
						continue
					}
					seen++
					above := ansi.Strip(strings.Join(frame[max(0, y-lines+1):y+1], "\n"))
					if !strings.Contains(above, sign) && !says.MatchString(ansi.Strip(line)) {
						t.Errorf("%s %v line %d: %s without %s: %s", sc.name, size, y, role, sign, ansi.Strip(line))
					}
				}
			}
			if seen == 0 {
				t.Errorf("%s %v: nothing is drawn in a state's colour", sc.name, size)
			}
		}
	}
}
