package alerts

// Numbers and times in words.

import (
	"fmt"
	"time"

	"dlmon/tui/page"
)

// counted is "no alert", "1 alert", "3 alerts".
func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clock is a time to the second, with its day where that is another.
func clock(c page.Context, t time.Time) string {
	t, now := c.Zone(t), c.Zone(c.Now)
	if y, m, d := t.Date(); y != now.Year() || m != now.Month() || d != now.Day() {
		return t.Format("2006-01-02 15:04:05 MST")
	}
	return t.Format("15:04:05 MST")
}

// span is a duration in its two largest units: "2h", "1h 20m", "3d 4h", "45s".
func span(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	units := []struct {
		d    time.Duration
		unit string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}}
	for i, u := range units {
		if d < u.d && i < len(units)-1 {
			continue
		}
		out := fmt.Sprintf("%d%s", d/u.d, u.unit)
		if i+1 < len(units) {
			if rest := d % u.d / units[i+1].d; rest > 0 {
				out += fmt.Sprintf(" %d%s", rest, units[i+1].unit)
			}
		}
		return out
	}
	return ""
}
