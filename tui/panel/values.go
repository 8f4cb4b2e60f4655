package panel

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"dlmon/tui/chart"
	"dlmon/tui/dashboard"
)

// main are the values of the main query as they are drawn.
func (v *view) main() []dashboard.Value {
	if len(v.Lines) > 0 {
		return v.Lines
	}
	var out []dashboard.Value
	for _, x := range v.Values {
		if v.isMain(x) {
			out = append(out, x)
		}
	}
	return out
}

// current are those of the main values that the answer now still has: a bar or a row of a table has no past to show.
func (v *view) current() []dashboard.Value {
	return slices.DeleteFunc(slices.Clone(v.main()), func(x dashboard.Value) bool { return x.Gone })
}

// others are the values of the other queries.
func (v *view) others() []dashboard.Value {
	var out []dashboard.Value
	for _, x := range v.Values {
		if !v.isMain(x) && !x.Gone {
			out = append(out, x)
		}
	}
	return out
}

func (v *view) isMain(x dashboard.Value) bool {
	return x.Query == "" || len(v.Panel.Queries) == 0 || x.Query == v.Panel.Queries[0].Name
}

func (v *view) unit(x dashboard.Value) string {
	if x.Unit != "" {
		return x.Unit
	}
	return v.Panel.Unit
}

func (v *view) now(x dashboard.Value) string { return dashboard.FormatValue(x.Now, v.unit(x)) }

// queryTitle is what a query is called beside its value; "" when its dashboard gives it no title.
func (v *view) queryTitle(name string) string {
	for _, q := range v.Panel.Queries {
		if q.Name == name {
			return q.Title
		}
	}
	return ""
}

// name is what a value is called: its series, and of which query where that is not the main one.
func (v *view) name(x dashboard.Value) string {
	title := v.queryTitle(x.Query)
	switch {
	case x.Name == "" && title == "" && !v.isMain(x):
		return x.Query
	case x.Name == "":
		return title
	case v.isMain(x) || title == "":
		return x.Name
	}
	return title + " " + x.Name
}

// change is how far a value is from one hour before, with its sign: "↑ +640 % vs 1h"; "" when unknown.
func (v *view) change(x dashboard.Value) string {
	if !finite(x.Now) || !finite(x.Before) {
		return ""
	}
	by := dashboard.FormatChange(x.Now, x.Before, v.unit(x))
	return v.direction(x.Now, x.Before, by) + " " + by + " vs 1h"
}

// direction is where a value went that changed by what by says: nowhere if that rounds to nothing.
func (v *view) direction(now, before float64, by string) string {
	switch d := now - before; {
	case math.Abs(d) <= 0.02*math.Abs(before) || strings.HasPrefix(by, "±0"):
		return v.g.Flat
	case d > 0:
		return v.g.Up
	}
	return v.g.Down
}

func (v *view) spark(points []float64, width int, style lipgloss.Style) string {
	return style.Render(chart.Sparkline(points, width, v.g.Spark))
}

// bar is value on a scale to full; full is NaN where there is none.
func (v *view) bar(value, full float64, width int, style lipgloss.Style) string {
	filled, empty := chart.Bar(value, full, width, chart.BarSigns{Full: v.g.BarFull, Parts: v.g.BarParts})
	return style.Render(filled) + v.s.Faint.Render(strings.Repeat(v.g.BarEmpty, empty))
}

// of is "6.0 of 8.0 GiB": the unit once where it is the same.
func of(now, full float64, unit string) string {
	a := dashboard.FormatValue(now, unit)
	if !finite(full) {
		return a
	}
	b := dashboard.FormatValue(full, unit)
	if number, u, ok := strings.Cut(a, " "); ok && strings.HasSuffix(b, " "+u) {
		a = number
	}
	return a + " of " + b
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// sign puts a state's sign before a number that is not ok.
func (v *view) sign(st dashboard.State, number string) string {
	if st != dashboard.StateWarn && st != dashboard.StateCritical {
		return number
	}
	sign, _ := v.mark(st)
	return sign + " " + number
}

func hasPoints(points []float64) bool { return slices.ContainsFunc(points, finite) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// flow sets texts side by side on lines of at most width cells, two spaces apart, and tells how many fitted on limit
// lines. Texts may be styled.
func flow(texts []string, width, limit int) (lines []string, shown int) {
	line, used := "", 0
	for _, t := range texts {
		w := ansi.StringWidth(t)
		if line != "" && used+2+w > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if len(lines) == limit {
			return lines, shown
		}
		if line != "" {
			line, used = line+"  ", used+2
		}
		line, used, shown = line+t, used+w, shown+1
	}
	if line != "" && len(lines) < limit {
		lines = append(lines, line)
	}
	return lines, shown
}
