package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/dashboard"
)

// What is shown as the last value is not higher than what is shown as the highest.
func TestTheValueNowIsAmongTheExtremes(t *testing.T) {
	d := base("latency", "Latency", dashboard.KindLines, dashboard.UnitSeconds)
	d.Values = []dashboard.Value{value("up", 0.812, 0.1, wave(121, 0.2, 0)), value("down", 0.05, 0.1, wave(121, 0.2, 0))}
	text := ansi.Strip(render(d, Options{Width: 100, Height: 30, Full: true, Cursor: -1, Selected: -1, Now: at}))
	for _, want := range []string{"812 ms  200 ms  812 ms", "50 ms   50 ms  200 ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// The last column of a long step is read with its own time, and picked by every time that is nearer to it than to the
// one before.
func TestTheColumnThatIsNotOverIsReadWithItsTime(t *testing.T) {
	start := at.Truncate(time.Hour).Add(-24 * time.Hour)
	until := start.Add(23*time.Hour + 20*time.Minute)
	g := dashboard.Grid{Start: start, Step: time.Hour, Columns: 25, Until: until}
	for _, c := range []struct {
		at   time.Time
		want int
	}{
		{start.Add(23 * time.Hour), 23}, {start.Add(23*time.Hour + 9*time.Minute), 23}, {start.Add(23*time.Hour + 11*time.Minute), 24},
		{until, 24}, {until.Add(2 * time.Minute), 24}, {start.Add(22*time.Hour + 20*time.Minute), 22}, {start.Add(-time.Hour), -1},
	} {
		if got := g.Column(c.at); got != c.want {
			t.Errorf("%v is column %d, want %d", c.at, got, c.want)
		}
	}
	d := base("latency", "Latency", dashboard.KindLines, dashboard.UnitSeconds)
	d.Grid = g
	d.Values = []dashboard.Value{value("p95", 0.812, 0.1, append(wave(24, 0.2, 0), 0.9))}
	text := ansi.Strip(render(d, Options{Width: 100, Height: 30, Full: true, Cursor: 24, Selected: -1, Now: until}))
	if want := "at " + until.Format("15:04:05"); !strings.Contains(text, want) || !strings.Contains(text, "900 ms") {
		t.Errorf("no %q in\n%s", want, text)
	}
}
